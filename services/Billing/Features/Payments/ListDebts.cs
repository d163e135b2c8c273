using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>What the passenger still owes, oldest first.</summary>
internal static class ListDebts
{
    const string Owed = $"""
        select   ride_id, greatest(0, total_minor_units - adjusted_minor_units - credited_minor_units - collected_minor_units) as amount_minor_units,
                 currency, owed_since, 'Fare' as cause
        from     billing.fare_settlements
        where    passenger_id = @PassengerId and settlement = 'Owed'
        union    all
        select   ride_id, left_minor_units, currency, lost_at, 'Chargeback'
        from     ({RideDebt.LostChargebacks} where lost.passenger_id = @PassengerId) as taken_back
        where    forgiven_at is null and left_minor_units > 0
        order by owed_since
        limit    100
        """;

    const string Credits = """
        select   currency, -balance_minor_units as minor_units
        from     billing.ledger_accounts
        where    kind = 'PassengerCredit' and party_id = @PassengerId and balance_minor_units < 0
        order by currency
        """;

    const string Wallets = """
        select   currency, balance_minor_units as minor_units
        from     billing.ledger_accounts
        where    kind = 'PassengerWallet' and party_id = @PassengerId and balance_minor_units > 0
        order by currency
        """;

    const string Refunds = """
        select   entry.currency, -sum(entry.amount_minor_units)::bigint as minor_units
        from     billing.fare_settlements fare
        join     billing.ledger_transfers transfer on transfer.ride_id = fare.ride_id
        join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
        join     billing.ledger_accounts account on account.account_id = entry.account_id
        where    fare.passenger_id = @PassengerId and fare.settlement = 'Settled' and fare.adjusted_minor_units > 0 and account.kind = 'PassengerReceivable'
        group by entry.currency
        having   sum(entry.amount_minor_units) < 0
        order by entry.currency
        """;

    public static async Task<Ok<DebtsView>> Handle(CurrentUser user, Database database, CancellationToken ct)
    {
        var rows = await database.List<Row>(Owed, new { PassengerId = user.Id }, ct);
        var credits = await database.List<CreditRow>(Credits, new { PassengerId = user.Id }, ct);
        var refunds = await database.List<CreditRow>(Refunds, new { PassengerId = user.Id }, ct);
        var wallets = await database.List<CreditRow>(Wallets, new { PassengerId = user.Id }, ct);
        return TypedResults.Ok(new DebtsView(
            [.. rows.Select(row => new DebtView(row.RideId, new(row.AmountMinorUnits, row.Currency), row.OwedSince, row.Cause))],
            [.. credits.Select(row => new Money(row.MinorUnits, row.Currency))],
            [.. refunds.Select(row => new Money(row.MinorUnits, row.Currency))],
            [.. wallets.Select(row => new Money(row.MinorUnits, row.Currency))]));
    }

    sealed record Row(Guid RideId, long AmountMinorUnits, string Currency, DateTimeOffset OwedSince, string Cause);

    sealed record CreditRow(string Currency, long MinorUnits);
}

/// <summary>Fares that could not be charged, and charges that were taken back.</summary>
/// <param name="Credits">What we owe the passenger, per currency, and set off against the next fares.</param>
/// <param name="Refunds">What is on its way back to the passenger, per currency.</param>
/// <param name="Wallets">By how much wallets are below zero, because a bank took back what was paid in: a top-up settles it.</param>
internal sealed record DebtsView(
    IReadOnlyList<DebtView> Debts, IReadOnlyList<Money> Credits, IReadOnlyList<Money> Refunds, IReadOnlyList<Money> Wallets);

/// <summary>One of them.</summary>
/// <param name="Amount">
/// What is left of the fare after adjustments, without the credit that was set off and the parts that were paid; of a chargeback, what was not set off against
/// it.
/// </param>
/// <param name="OwedSince">City time of the failed charge, or of the bank's decision.</param>
/// <param name="Cause">Fare: the charge failed. Chargeback: it, or a tip, was taken back through the bank, for good.</param>
internal sealed record DebtView(Guid RideId, Money Amount, DateTimeOffset OwedSince, string Cause);
