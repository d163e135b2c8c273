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
        select   currency, -balance_minor_units as balance_minor_units
        from     billing.ledger_accounts
        where    kind = 'DriverPayable' and party_id = @DriverId
        order by currency
        """;

    const string Entries = """
        select   entry.entry_id, transfer.ride_id, transfer.payout_id, transfer.kind, -entry.amount_minor_units as amount_minor_units, entry.currency, transfer.occurred_at
        from     billing.ledger_accounts account
        join     billing.ledger_entries entry on entry.account_id = account.account_id
        join     billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (entry.transfer_id, entry.occurred_at)
        where    account.kind = 'DriverPayable' and account.party_id = @DriverId and entry.entry_id < @Before
        order by entry.entry_id desc
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
            [.. entries.Select(row => new EarningView(row.RideId, row.PayoutId, row.Kind, new(row.AmountMinorUnits, row.Currency), row.OccurredAt))],
            entries.Count == page ? entries[^1].EntryId.ToString("x", CultureInfo.InvariantCulture) : null));
    }

    static bool TryReadCursor(string? cursor, out long before)
    {
        before = long.MaxValue;
        return cursor is null || long.TryParse(cursor, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out before);
    }

    sealed record BalanceRow(string Currency, long BalanceMinorUnits);

    sealed record EntryRow(long EntryId, Guid? RideId, Guid? PayoutId, string Kind, long AmountMinorUnits, string Currency, DateTimeOffset OccurredAt);
}

/// <summary>A driver's account.</summary>
/// <param name="Balances">What we owe, one amount per currency; negative when cash in hand outweighs earnings.</param>
/// <param name="NextCursor">For the next page; absent on the last.</param>
internal sealed record EarningsView(IReadOnlyList<Money> Balances, IReadOnlyList<EarningView> Entries, string? NextCursor);

/// <summary>One movement on it.</summary>
/// <param name="Kind">
/// Fare: earned by a ride or its cancellation. Payment: cash taken from the passenger, negative. Adjustment: the driver's part of a fare that was
/// lowered, negative. Tip: given by the passenger once the ride was paid. Void: the fare of a ride that should not have been owed, taken back. PayoutReserved: on its way to the
/// bank, fee included, negative. PayoutReturned: it did not arrive, or the bank sent it back, and it is on the balance again, fee included.
/// </param>
internal sealed record EarningView(Guid? RideId, Guid? PayoutId, string Kind, Money Amount, DateTimeOffset OccurredAt);
