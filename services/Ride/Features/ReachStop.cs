using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The driver is at the next place on the way; from here the wait there counts.</summary>
static class ReachStop
{
    /// <param name="Position">Where the driver stands, WGS 84; within 200 m of the place.</param>
    public sealed record Request(GeoPoint Position);

    /// <summary>Every change of the places repeats the version that was seen, so that none is lost.</summary>
    public const string SaveStops = """
        update ride.rides
        set    stops = @Stops::jsonb, away_from_stop_at = null, version = @Version, updated_at = now()
        where  ride_id = @RideId and status = 'InProgress' and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, int number, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (!request.Position.IsValid) return RideProblems.InvalidPosition.ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.DriverId != user.Id) return RideProblems.NotFound.ToHttp();

        var decision = ride.ReachStop(number, request.Position, clock.GetUtcNow());
        if (decision.Event is not { } reached) return decision.Problem!.ToHttp();

        var stops = ride.Stops.With(number, stop => stop with { ArrivedAt = reached.OccurredAt });
        var row = new { rideId, Stops = Stops.Write(stops), reached.Version };
        return await RideStore.Proceed(transaction, SaveStops, row, reached, new("StopReached", ride.Status, Party.Driver, (short)number), ct)
            ? TypedResults.Ok(new RideMoved(rideId, ride.Status, reached.Version))
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }
}

/// <summary>The driver goes on from a place on the way.</summary>
static class LeaveStop
{
    public static async Task<IResult> Handle(Guid rideId, int number, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.DriverId != user.Id) return RideProblems.NotFound.ToHttp();

        var decision = ride.LeaveStop(number, clock.GetUtcNow());
        if (decision.Event is not { } left) return decision.Problem!.ToHttp();

        var stops = ride.Stops.With(number, stop => stop with { LeftAt = ride.LeftAt(left.OccurredAt) });
        var row = new { rideId, Stops = Stops.Write(stops), left.Version };
        return await RideStore.Proceed(transaction, ReachStop.SaveStops, row, left, new("StopLeft", ride.Status, Party.Driver, (short)number), ct)
            ? TypedResults.Ok(new RideMoved(rideId, ride.Status, left.Version))
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }
}
