using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// What the passenger would owe for cancelling now, for a reason: the same rule, from the same row, as when the ride is cancelled. Whether that reason can be
/// said yet is ride's to tell.
/// </summary>
internal static class PreviewCancellation
{
    const string Find = """
        with heard as (select * from billing.rides where ride_id = @RideId and @UserId in (passenger_id, driver_id))
        """ + RideBills.SelectHeard;

    /// <param name="Fee">If the caller cancelled at <paramref name="At"/>; a driver owes nothing.</param>
    /// <param name="FreeUntil">
    /// Until when the passenger cancels free of charge, city time; absent where this phase never costs anything, or always, for a driver who has not come, and
    /// while the driver has not set out.
    /// </param>
    /// <param name="Phase">How far the ride has come: the fee is that of this phase.</param>
    public sealed record Answer(Guid RideId, Money Fee, DateTimeOffset At, DateTimeOffset? FreeUntil, CancellationPhase Phase);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Guid rideId, CurrentUser user, Database database, RideBills bills, CityClock clock, CancellationToken ct, string? reason = null)
    {
        if (await database.Find<RideBill>(Find, new { RideId = rideId, UserId = user.Id }, ct) is not { } bill) return Problem.NotFound("ride").ToHttp();
        if (bill.WhyNotCancel is { } problem) return problem.ToHttp();

        var by = user.Id == bill.DriverId ? Party.Driver : Party.Passenger;
        if (reason is not null && !ReasonsOf(by, bill).Contains(reason)) return BillingProblems.ReasonDoesNotFit(ReasonsOf(by, bill)).ToHttp();

        return TypedResults.Ok(Preview(bill, await bills.PolicyOf(bill, ct), by, reason, clock.GetUtcNow()));
    }

    /// <summary>What a passenger who did not come owes is not the driver's.</summary>
    static Answer Preview(RideBill bill, FarePolicy policy, Party by, string? reason, DateTimeOffset now)
    {
        var phase = CancellationPhases.Now(bill.IsQueued, bill.ArrivedAt is not null, by, reason);
        var setOutAt = bill.IsQueued ? now : bill.AssignedAt!.Value;
        var fee = policy.Cancellation.FeeOf(by is Party.Driver ? by : CancelReason.CauseOf(by, reason), new(phase, setOutAt, now));
        var freeUntil = reason is CancelReason.DriverNoShow ? null : policy.Cancellation.FreeUntil(phase, setOutAt);
        return new(bill.RideId, new(fee, policy.Currency), now, freeUntil, phase);
    }

    static IEnumerable<string> ReasonsOf(Party by, RideBill bill) => bill.IsQueued ? CancelReasons.Of(by, RideStatus.Queued) : CancelReasons.OfAnyPhase(by);
}
