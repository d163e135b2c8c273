using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>The driver's payouts, newest first.</summary>
internal static class ListPayouts
{
    const int LongestPage = 100;

    const string OfDriver = """
        select   payout_id, currency, amount_minor_units, fee_minor_units, schedule, status, failure_code, reserved_at, ended_at, returned_at
        from     billing.payouts
        where    driver_id = @DriverId and (@Before::uuid is null or payout_id < @Before)
        order by payout_id desc
        limit    @Limit
        """;

    internal sealed record Answer(IReadOnlyList<PayoutView> Payouts, Guid? NextCursor);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, Guid? cursor, int? limit, CancellationToken ct)
    {
        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var rows = await database.List<Row>(OfDriver, new { DriverId = user.Id, Before = cursor, Limit = page }, ct);
        return TypedResults.Ok(new Answer([.. rows.Select(row => row.View())], rows.Count == page ? rows[^1].PayoutId : null));
    }

    sealed record Row(
        Guid PayoutId, string Currency, long AmountMinorUnits, long FeeMinorUnits, string Schedule, string Status, string? FailureCode,
        DateTimeOffset ReservedAt, DateTimeOffset? EndedAt, DateTimeOffset? ReturnedAt)
    {
        public PayoutView View() => new(
            PayoutId, new(AmountMinorUnits, Currency), new(FeeMinorUnits, Currency), Schedule, Status, FailureCode, ReservedAt, EndedAt, ReturnedAt);
    }
}

/// <summary>One payout.</summary>
/// <param name="Amount">What arrives.</param>
/// <param name="Fee">What it costs beside it.</param>
/// <param name="Schedule">Daily, Weekly or OnDemand.</param>
/// <param name="Status">Reserved: on its way. Sent. Failed: back on the balance. Returned: sent, and back on the balance because the bank sent it back.</param>
/// <param name="FailureCode">Why it failed, or came back.</param>
internal sealed record PayoutView(
    Guid PayoutId, Money Amount, Money Fee, string Schedule, string Status, string? FailureCode, DateTimeOffset ReservedAt, DateTimeOffset? EndedAt,
    DateTimeOffset? ReturnedAt);
