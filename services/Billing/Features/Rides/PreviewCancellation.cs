using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// What either side would owe for cancelling now, for a reason: the same rule, from the same row, as when the ride is cancelled. Whether that reason can be
/// said yet is ride's to tell.
/// </summary>
internal static class PreviewCancellation
{
    const string Find = """
        with heard as (select * from billing.rides where ride_id = @RideId and @UserId in (passenger_id, driver_id))
        """ + RideBills.SelectHeard;

    /// <param name="Fee">If the caller cancelled at <paramref name="At"/>.</param>
    /// <param name="FreeUntil">
    /// Until when the caller cancels free of charge, city time; absent where that never costs anything in this phase and for this reason, or always, and while
    /// the driver has not set out.
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

    static Answer Preview(RideBill bill, FarePolicy policy, Party by, string? reason, DateTimeOffset now)
    {
        var phase = CancellationPhases.Now(bill.IsQueued, bill.ArrivedAt is not null, by, reason);
        var ride = new CancelledRide(phase, bill.IsQueued ? now : bill.AssignedAt!.Value, now);
        var (fee, freeUntil) = by is Party.Driver ? OfDriver(bill, policy.Cancellation, reason, ride) : OfPassenger(policy.Cancellation, reason, ride);
        return new(bill.RideId, new(fee, policy.Currency), now, freeUntil, phase);
    }

    static (long Fee, DateTimeOffset? FreeUntil) OfPassenger(CancellationRule rule, string? reason, CancelledRide ride) => (
        rule.FeeOf(CancelReason.CauseOf(Party.Passenger, reason), ride),
        reason is CancelReason.DriverNoShow ? null : rule.FreeUntil(ride.Phase, ride.SetOutAt));

    /// <summary>What a passenger who did not come owes is not the driver's.</summary>
    static (long Fee, DateTimeOffset? FreeUntil) OfDriver(RideBill bill, CancellationRule rule, string? reason, CancelledRide ride) => bill.IsNotAsAccepted
        ? (0, null)
        : (rule.DriverFeeOf(CancelReason.CauseOf(Party.Driver, reason), reason, ride), rule.DriverFreeUntil(ride.Phase, reason, ride.SetOutAt));

    static IEnumerable<string> ReasonsOf(Party by, RideBill bill) => bill.IsQueued ? CancelReasons.Of(by, RideStatus.Queued) : CancelReasons.OfAnyPhase(by);
}
