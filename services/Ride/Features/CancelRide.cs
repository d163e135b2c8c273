using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Either side ends the ride before it has begun. May arrive before the ride itself: then it is kept for it.</summary>
static class CancelRide
{
    /// <param name="Reason">One of the reasons listed in docs/api.md.</param>
    public sealed record Request(string Reason);

    const string MarkCancelled = """
        update ride.rides
        set    status = 'Cancelled', cancelled_at = @OccurredAt, cancelled_by = @By, cancel_reason = @Reason, version = @Version, updated_at = now()
        where  ride_id = @RideId and status in ('Queued', 'DriverAssigned', 'DriverArrived') and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, IOptions<RideOptions> rules, Transaction transaction, CancellationToken ct)
    {
        await EarlyCancellations.Lock(transaction, rideId, ct);
        if (await RideStore.Find(transaction, rideId, ct) is { } ride)
            return ride.SideOf(user.Id) is { } side
                ? await Cancel(ride, side, request.Reason, rules.Value, clock, transaction, ct)
                : RideProblems.NotFound.ToHttp();
        if (!CancelReasons.Early.Contains(request.Reason))
            return Problem.Invalid("reason", $"The reason is one of {string.Join(", ", CancelReasons.Early)}.").ToHttp();

        await EarlyCancellations.Keep(transaction, rideId, user.Id, request.Reason, clock.GetUtcNow(), ct);
        return TypedResults.Accepted((string?)null);
    }

    static async Task<IResult> Cancel(Ride ride, Party side, string reason, RideOptions rules, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        var decision = ride.Cancel(side, reason, rules, clock.GetUtcNow());
        if (decision.Event is not { } cancelled) return decision.Problem!.ToHttp();

        return await Save(cancelled, transaction, ct)
            ? TypedResults.Ok(new RideMoved(ride.RideId, RideStatus.Cancelled, cancelled.Version))
            : (await RideStore.LostTheRace(transaction, ride.RideId, ct)).ToHttp();
    }

    /// <summary>Writes a cancellation down, whoever decided it; false when another step was quicker.</summary>
    public static Task<bool> Save(RideCancelled cancelled, Transaction transaction, CancellationToken ct)
    {
        var row = new { cancelled.RideId, cancelled.OccurredAt, By = cancelled.By.ToString(), cancelled.Reason, cancelled.Version };
        return RideStore.Move(transaction, MarkCancelled, row, cancelled, new(cancelled.CancelledIn, RideStatus.Cancelled, cancelled.By, cancelled.Reason), ct);
    }
}

/// <summary>Cancels that overtook their ride. A lock per ride id keeps a cancel and the creation of its ride apart.</summary>
static class EarlyCancellations
{
    public static Task Lock(Transaction transaction, Guid rideId, CancellationToken ct) =>
        transaction.Execute("select pg_advisory_xact_lock(hashtextextended('ride', 0) # hashtextextended(@RideId::text, 0))", new { rideId }, ct);

    public static Task Keep(Transaction transaction, Guid rideId, Guid userId, string reason, DateTimeOffset now, CancellationToken ct) =>
        transaction.Execute(
            "insert into ride.early_cancellations (ride_id, user_id, reason, cancelled_at) values (@RideId, @UserId, @Reason, @Now) on conflict do nothing",
            new { rideId, userId, reason, now }, ct);
}

/// <summary>A cancel whose ride has not come within an hour never had one.</summary>
sealed class ForgetEarlyCancellations(Database database) : ISweep
{
    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await database.Execute("delete from ride.early_cancellations where stored_at < now() - interval '1 hour'", null, ct);
        return false;
    }
}
