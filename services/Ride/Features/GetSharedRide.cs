using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// A ride as somebody sees it who waits for one of its sides, and the vehicle to look out for. No names, no phone numbers, no money;
/// wrong, revoked and expired links are one answer.
/// </summary>
static class GetSharedRide
{
    /// <summary>25 km/h by roads that are 1.27 times as long as the straight line.</summary>
    const double StraightMetresPerSecond = 25 / 3.6 / 1.27;

    /// <param name="Position">Where the vehicle was at <paramref name="SeenAt"/>; only while the passenger is in it.</param>
    /// <param name="SecondsToDropOff">From there by road and every stop, as location reckons it; by the straight line while it has not said.</param>
    /// <param name="ShownUntil">Once the ride has ended; a silent one, from when it was closed.</param>
    /// <param name="Vehicle">Absent while nothing is known of it.</param>
    /// <param name="Stops">Places on the way; absent for none.</param>
    public sealed record Answer(
        RideStatus Status, VehicleClass VehicleClass, GeoPoint Pickup, GeoPoint DropOff, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
        DateTimeOffset? ShownUntil, GeoPoint? Position, DateTimeOffset? SeenAt, int? SecondsToDropOff, VehicleView? Vehicle,
        IReadOnlyList<StopView>? Stops);

    const string Find = """
        select ride.status, ride.vehicle_class, st_y(ride.pickup::geometry) as pickup_latitude, st_x(ride.pickup::geometry) as pickup_longitude,
               st_y(ride.drop_off::geometry) as drop_off_latitude, st_x(ride.drop_off::geometry) as drop_off_longitude, ride.started_at,
               coalesce(ride.completed_at, ride.cancelled_at) as ended_at, coalesce(ride.closed_at, ride.completed_at, ride.cancelled_at) as closed_at,
               st_y(known.position::geometry) as latitude, st_x(known.position::geometry) as longitude, known.heard_at,
               known.remaining_seconds, vehicle.vehicle_type, vehicle.plate, ride.stops
        from   ride.shares share
        join   ride.rides ride on ride.ride_id = share.ride_id
        left   join ride.whereabouts known on known.ride_id = ride.ride_id and ride.status = 'InProgress'
        left   join ride.vehicles vehicle on vehicle.driver_id = ride.driver_id
        where  share.token_hash = @TokenHash
        """;

    public static async Task<IResult> Handle(
        string token, HttpResponse response, Database database, CityClock clock, IOptions<RideOptions> rules, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        var now = clock.GetUtcNow();
        return ShareToken.HashOf(token) is { } tokenHash
            && await database.Find<Row>(Find, new { tokenHash }, ct) is { } row && Ride.IsNotOver(row.ClosedAt, rules.Value.SharedAfterEnd, now)
            ? TypedResults.Ok(row.ToAnswer(rules.Value.SharedAfterEnd))
            : RideProblems.NotFound.ToHttp();
    }

    sealed record Row(
        string Status, string VehicleClass, double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude,
        DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? ClosedAt, double? Latitude, double? Longitude, DateTimeOffset? HeardAt, int? RemainingSeconds,
        string? VehicleType, string? Plate, string? Stops)
    {
        public Answer ToAnswer(TimeSpan sharedAfterEnd)
        {
            var dropOff = new GeoPoint(DropOffLatitude, DropOffLongitude);
            GeoPoint? here = Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null;
            return new(
                Enum.Parse<RideStatus>(Status), Enum.Parse<VehicleClass>(VehicleClass), new(PickupLatitude, PickupLongitude), dropOff, StartedAt, EndedAt,
                ClosedAt + sharedAfterEnd, here, HeardAt, here is { } from ? RemainingSeconds ?? StraightSeconds(from, dropOff) : null,
                VehicleView.From(VehicleType, Plate), Rides.Stops.ToViews(Rides.Stops.Read(Stops)));
        }

        static int StraightSeconds(GeoPoint from, GeoPoint to) => (int)Math.Round(from.MetresTo(to) / StraightMetresPerSecond);
    }
}
