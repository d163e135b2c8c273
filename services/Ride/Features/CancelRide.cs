using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Either side ends the ride before it has begun. May arrive before the ride itself: then it is kept for it.</summary>
static class CancelRide
{
    static readonly string[] Reasons =
        ["changed-mind", "driver-too-far", "driver-asked-to-cancel", "wrong-pickup", "passenger-no-show", "passenger-asked-to-cancel", "vehicle-problem", "unsafe", "other"];

    /// <param name="Reason">One of the reasons listed in docs/api.md.</param>
    public sealed record Request(string Reason);

    const string MarkCancelled = """
        update ride.rides
        set    status = 'Cancelled', cancelled_at = @OccurredAt, cancelled_by = @By, cancel_reason = @Reason, version = @Version, updated_at = now()
        where  ride_id = @RideId and status in ('DriverAssigned', 'DriverArrived') and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (!Reasons.Contains(request.Reason)) return Problem.Invalid("reason", $"The reason is one of {string.Join(", ", Reasons)}.").ToHttp();

        await EarlyCancellations.Lock(transaction, rideId, ct);
        if (await RideStore.Find(transaction, rideId, ct) is not { } ride)
        {
            await EarlyCancellations.Keep(transaction, rideId, user.Id, request.Reason, clock.GetUtcNow(), ct);
            return TypedResults.Accepted((string?)null);
        }

        return ride.SideOf(user.Id) is { } side ? await Cancel(ride, side, request.Reason, clock, transaction, ct) : RideProblems.NotFound.ToHttp();
    }

    static async Task<IResult> Cancel(Ride ride, Party side, string reason, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        var decision = ride.Cancel(side, reason, clock.GetUtcNow());
        if (decision.Event is not { } cancelled) return decision.Problem!.ToHttp();

        var row = new { ride.RideId, cancelled.OccurredAt, By = side.ToString(), reason, cancelled.Version };
        var moved = await RideStore.Move(transaction, MarkCancelled, row, cancelled, RideStatus.Cancelled, side, ct);
        return moved ? TypedResults.Ok(new RideMoved(ride.RideId, RideStatus.Cancelled, cancelled.Version)) : RideProblems.LostTheRace.ToHttp();
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
