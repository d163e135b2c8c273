using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>What the passenger would owe for cancelling now: the same rule, from the same row, as when the ride is cancelled.</summary>
internal static class PreviewCancellation
{
    const string Find = """
        with heard as (select * from billing.rides where ride_id = @RideId and @UserId in (passenger_id, driver_id))
        """ + RideBills.SelectHeard;

    /// <param name="Fee">If the caller cancelled at <paramref name="At"/>; a driver owes nothing.</param>
    /// <param name="FreeUntil">Until when the passenger cancels free of charge, city time; absent where it is always free, and while the driver has not set out.</param>
    public sealed record Answer(Guid RideId, Money Fee, DateTimeOffset At, DateTimeOffset? FreeUntil);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Guid rideId, CurrentUser user, Database database, RideBills bills, CityClock clock, CancellationToken ct)
    {
        if (await database.Find<RideBill>(Find, new { RideId = rideId, UserId = user.Id }, ct) is not { } bill) return Problem.NotFound("ride").ToHttp();
        if (bill.WhyNotCancel is { } problem) return problem.ToHttp();

        var (policy, by, now) = (await bills.PolicyOf(bill, ct), user.Id == bill.DriverId ? Party.Driver : Party.Passenger, clock.GetUtcNow());
        var (rule, setOutAt) = (policy.Cancellation, bill.IsQueued ? now : bill.AssignedAt!.Value);
        return TypedResults.Ok(new Answer(
            rideId, new(rule.FeeOf(by, setOutAt, now), policy.Currency), now, rule.FeeMinorUnits == 0 || bill.IsQueued ? null : setOutAt + rule.Grace));
    }
}
