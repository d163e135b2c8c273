using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// A ride as somebody sees it who waits for one of its sides, and the vehicle to look out for. No names, no phone numbers, no money;
/// wrong, revoked and expired links are one answer. The link of a call for help shows where the phone is, too, and opens while the call is open.
/// </summary>
static class GetSharedRide
{
    /// <summary>25 km/h by roads that are 1.27 times as long as the straight line.</summary>
    const double StraightMetresPerSecond = 25 / 3.6 / 1.27;

    /// <summary>A call that no operator closes does not show for ever where somebody was.</summary>
    static readonly TimeSpan HelpShownFor = TimeSpan.FromDays(1);

    /// <param name="Position">
    /// Where the vehicle was at <paramref name="SeenAt"/>, only while the passenger is in it; or the phone of who has asked for help.
    /// </param>
    /// <param name="SecondsToDropOff">From there by road and every stop, as location reckons it; by the straight line while it has not said.</param>
    /// <param name="ShownUntil">Once the ride has ended, after a silence from when it was closed; absent while a call for help is open.</param>
    /// <param name="Vehicle">Absent while nothing is known of it.</param>
    /// <param name="Stops">Places on the way; absent for none.</param>
    public sealed record Answer(
        RideStatus Status, VehicleClass VehicleClass, GeoPoint Pickup, GeoPoint DropOff, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
        DateTimeOffset? ShownUntil, GeoPoint? Position, DateTimeOffset? SeenAt, int? SecondsToDropOff, VehicleView? Vehicle,
        IReadOnlyList<StopView>? Stops);

    const string Find = """
        with link as (
            select ride_id, null::timestamptz as help_asked_at, null::geography as position, null::timestamptz as position_at
            from   ride.shares where token_hash = @TokenHash
            union  all
            select ride_id, case when closed_at is null then raised_at end, position, position_at
            from   ride.sos_alerts where token_hash = @TokenHash)
        select ride.status, ride.vehicle_class, st_y(ride.pickup::geometry) as pickup_latitude, st_x(ride.pickup::geometry) as pickup_longitude,
               st_y(ride.drop_off::geometry) as drop_off_latitude, st_x(ride.drop_off::geometry) as drop_off_longitude, ride.started_at,
               coalesce(ride.completed_at, ride.cancelled_at) as ended_at, coalesce(ride.closed_at, ride.completed_at, ride.cancelled_at) as closed_at,
               st_y(seen.position::geometry) as latitude, st_x(seen.position::geometry) as longitude, seen.at as heard_at,
               known.remaining_seconds, vehicle.vehicle_type, vehicle.plate, ride.stops, link.help_asked_at
        from   link
        join   ride.rides ride on ride.ride_id = link.ride_id
        left   join ride.whereabouts known on known.ride_id = ride.ride_id and ride.status = 'InProgress'
        left   join ride.vehicles vehicle on vehicle.driver_id = ride.driver_id
        left   join lateral (
            select position, at
            from   (values
                (known.position, known.heard_at),
                (link.position, case when link.help_asked_at is not null then link.position_at end)) place (position, at)
            where  at is not null
            order  by at desc
            limit  1) seen on true
        """;

    public static async Task<IResult> Handle(
        string token, HttpResponse response, Database database, CityClock clock, IOptions<RideOptions> rules, CancellationToken ct)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        var now = clock.GetUtcNow();
        return ShareToken.HashOf(token) is { } tokenHash
            && await database.Find<Row>(Find, new { tokenHash }, ct) is { } row
            && (row.HelpAskedAt > now - HelpShownFor || Ride.IsNotOver(row.ClosedAt, rules.Value.SharedAfterEnd, now))
            ? TypedResults.Ok(row.ToAnswer(rules.Value.SharedAfterEnd))
            : RideProblems.NotFound.ToHttp();
    }

    sealed record Row(
        string Status, string VehicleClass, double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude,
        DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? ClosedAt, double? Latitude, double? Longitude, DateTimeOffset? HeardAt,
        int? RemainingSeconds, string? VehicleType, string? Plate, string? Stops, DateTimeOffset? HelpAskedAt)
    {
        public Answer ToAnswer(TimeSpan sharedAfterEnd)
        {
            var dropOff = new GeoPoint(DropOffLatitude, DropOffLongitude);
            GeoPoint? here = Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null;
            return new(
                Enum.Parse<RideStatus>(Status), Enum.Parse<VehicleClass>(VehicleClass), new(PickupLatitude, PickupLongitude), dropOff, StartedAt, EndedAt,
                HelpAskedAt is null ? ClosedAt + sharedAfterEnd : null, here, HeardAt, SecondsFrom(here, dropOff),
                VehicleView.From(VehicleType, Plate), Rides.Stops.ToViews(Rides.Stops.Read(Stops)));
        }

        int? SecondsFrom(GeoPoint? here, GeoPoint dropOff) => Status == nameof(RideStatus.InProgress) && here is { } from
            ? RemainingSeconds ?? StraightSeconds(from, dropOff)
            : null;

        static int StraightSeconds(GeoPoint from, GeoPoint to) => (int)Math.Round(from.MetresTo(to) / StraightMetresPerSecond);
    }
}
