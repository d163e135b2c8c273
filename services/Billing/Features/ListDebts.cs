using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>What the passenger still owes, oldest first.</summary>
internal static class ListDebts
{
    const string Owed = """
        select   ride_id, total_minor_units - adjusted_minor_units as amount_minor_units, currency, owed_since
        from     billing.fares
        where    passenger_id = @PassengerId and settlement = 'Owed'
        order by owed_since
        limit    100
        """;

    const string Credits = """
        select   currency, -balance_minor_units as minor_units
        from     billing.ledger_accounts
        where    kind = 'PassengerReceivable' and party_id = @PassengerId and balance_minor_units < 0
        order by currency
        """;

    public static async Task<Ok<DebtsView>> Handle(CurrentUser user, Database database, CancellationToken ct)
    {
        var rows = await database.List<Row>(Owed, new { PassengerId = user.Id }, ct);
        var credits = await database.List<CreditRow>(Credits, new { PassengerId = user.Id }, ct);
        return TypedResults.Ok(new DebtsView(
            [.. rows.Select(row => new DebtView(row.RideId, new(row.AmountMinorUnits, row.Currency), row.OwedSince))],
            [.. credits.Select(row => new Money(row.MinorUnits, row.Currency))]));
    }

    sealed record Row(Guid RideId, long AmountMinorUnits, string Currency, DateTimeOffset OwedSince);

    sealed record CreditRow(string Currency, long MinorUnits);
}

/// <summary>Fares that could not be charged.</summary>
/// <param name="Credits">What we owe the passenger, per currency: fares paid in cash that were lowered afterwards, and refunds on their way.</param>
internal sealed record DebtsView(IReadOnlyList<DebtView> Debts, IReadOnlyList<Money> Credits);

/// <summary>One of them.</summary>
/// <param name="Amount">What is left of the fare after adjustments.</param>
/// <param name="OwedSince">City time of the failed charge.</param>
internal sealed record DebtView(Guid RideId, Money Amount, DateTimeOffset OwedSince);
