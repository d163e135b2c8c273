using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>What we owe a driver, per currency, and the movements behind it, newest first.</summary>
internal static class GetEarnings
{
    const int LongestPage = 100;

    const string Balances = """
        select   currency, -sum(balance_minor_units)::bigint as balance_minor_units,
                 coalesce(sum(balance_minor_units) filter (where kind = 'HeldCash'), 0)::bigint as cash_minor_units
        from     billing.ledger_accounts
        where    kind in ('DriverPayable', 'HeldCash') and party_id = @DriverId
        group by currency
        order by currency
        """;

    // A transfer that moves both accounts is one movement, told with the newer of its two entries; each account gives as many as a page can need.
    const string Entries = """
        select   newest.entry_id, transfer.ride_id, transfer.payout_id, transfer.kind, newest.amount_minor_units, newest.currency, transfer.occurred_at
        from     billing.ledger_accounts account
        cross    join lateral (
            select   entry.entry_id, entry.transfer_id, entry.occurred_at, entry.currency, -(entry.amount_minor_units + other.minor_units) as amount_minor_units
            from     billing.ledger_entries entry
            cross    join lateral (
                select coalesce(sum(beside.amount_minor_units), 0)::bigint as minor_units, coalesce(max(beside.entry_id), 0) as entry_id
                from   billing.ledger_entries beside
                where  (beside.transfer_id, beside.occurred_at) = (entry.transfer_id, entry.occurred_at)
                  and  beside.account_id = any(array(
                           select account_id from billing.ledger_accounts
                           where  kind in ('DriverPayable', 'HeldCash') and party_id = @DriverId and account_id <> entry.account_id))) as other
            where    entry.account_id = account.account_id and entry.entry_id < @Before and entry.entry_id > other.entry_id
            order by entry.entry_id desc
            limit    @Limit) as newest
        join     billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (newest.transfer_id, newest.occurred_at)
        where    account.kind in ('DriverPayable', 'HeldCash') and account.party_id = @DriverId
        order by newest.entry_id desc
        limit    @Limit
        """;

    public static async Task<Results<Ok<EarningsView>, ProblemHttpResult>> Handle(
        CurrentUser user, Database database, string? cursor, int? limit, CancellationToken ct)
    {
        if (!TryReadCursor(cursor, out var before)) return Problem.Invalid("cursor", "The cursor is the nextCursor of an earlier answer.").ToHttp();

        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var balances = await database.List<BalanceRow>(Balances, new { DriverId = user.Id }, ct);
        var entries = await database.List<EntryRow>(Entries, new { DriverId = user.Id, Before = before, Limit = page }, ct);
        return TypedResults.Ok(new EarningsView(
            [.. balances.Select(row => new Money(row.BalanceMinorUnits, row.Currency))],
            [.. balances.Where(row => row.CashMinorUnits != 0).Select(row => new Money(row.CashMinorUnits, row.Currency))],
            [.. entries.Select(row => new EarningView(row.RideId, row.PayoutId, row.Kind, new(row.AmountMinorUnits, row.Currency), row.OccurredAt))],
            entries.Count == page ? entries[^1].EntryId.ToString("x", CultureInfo.InvariantCulture) : null));
    }

    static bool TryReadCursor(string? cursor, out long before)
    {
        before = long.MaxValue;
        return cursor is null || long.TryParse(cursor, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out before);
    }

    sealed record BalanceRow(string Currency, long BalanceMinorUnits, long CashMinorUnits);

    sealed record EntryRow(long EntryId, Guid? RideId, Guid? PayoutId, string Kind, long AmountMinorUnits, string Currency, DateTimeOffset OccurredAt);
}

/// <summary>A driver's account.</summary>
/// <param name="Balances">What we owe, one amount per currency; negative when cash in hand outweighs earnings.</param>
/// <param name="CashHeld">What the driver holds for us of the cash that passengers paid: the balances are without it. The next payout sets it off.</param>
/// <param name="NextCursor">For the next page; absent on the last.</param>
internal sealed record EarningsView(IReadOnlyList<Money> Balances, IReadOnlyList<Money> CashHeld, IReadOnlyList<EarningView> Entries, string? NextCursor);

/// <summary>One movement on it.</summary>
/// <param name="Kind">
/// Fare: earned by a ride or its cancellation. Payment: cash taken from the passenger, negative. Adjustment: the driver's part of a fare that was
/// lowered, negative. Tip: given by the passenger once the ride was paid. Void: the fare of a ride that should not have been owed, taken back. PayoutReserved: on its way to the
/// bank, fee included, negative. PayoutReturned: it did not arrive, or the bank sent it back, and it is on the balance again, fee included.
/// Subscription: a period without commission was paid for, negative. DriverCancellation: the fee for a ride that the driver gave up, negative.
/// </param>
internal sealed record EarningView(Guid? RideId, Guid? PayoutId, string Kind, Money Amount, DateTimeOffset OccurredAt);
