using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The driver says: I am here.</summary>
static class ArriveAtPickup
{
    /// <param name="Position">Where the driver stands, WGS 84; within 200 m of the pickup.</param>
    public sealed record Request(GeoPoint Position);

    const string MarkArrived = """
        update ride.rides
        set    status = 'DriverArrived', arrived_at = @OccurredAt, version = @Version, updated_at = now()
        where  ride_id = @RideId and status = 'DriverAssigned' and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (!request.Position.IsValid) return RideProblems.InvalidPosition.ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.DriverId != user.Id) return RideProblems.NotFound.ToHttp();

        var decision = ride.Arrive(request.Position, clock.GetUtcNow());
        if (decision.Event is not { } arrived) return decision.Problem!.ToHttp();

        var moved = await RideStore.Move(
            transaction, MarkArrived, new { rideId, arrived.OccurredAt, arrived.Version }, arrived,
            new(ride.Status, RideStatus.DriverArrived, Party.Driver), ct);
        return moved
            ? TypedResults.Ok(new RideMoved(rideId, RideStatus.DriverArrived, arrived.Version))
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }
}

/// <summary>Where the ride stands after a step.</summary>
sealed record RideMoved(Guid RideId, RideStatus Status, long Version);
