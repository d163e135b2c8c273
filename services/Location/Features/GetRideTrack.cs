using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>What a ride has driven, for its passenger, its driver and operators; for everybody else there is no such ride.</summary>
static class GetRideTrack
{
    const string Line = "select polyline from location.tracks where ride_id = @RideId and closed_at = @ClosedAt";

    const string Bends = """
        select st_y(position::geometry) as latitude, st_x(position::geometry) as longitude
        from   location.track_points
        where  ride_id = @RideId and added_metres > 0
        order  by recorded_at
        """;

    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, Database database, PositionPool pool, DutyStore duties, CancellationToken ct)
    {
        var ride = await database.Find<RideRow>(TrackStore.Find, new { RideId = rideId }, ct);
        if (ride is null || !MaySee(user, ride)) return LocationProblems.NoSuchRide.ToHttp();

        var polyline = await LineOf(ride, database, ct);
        var here = ride.Track.Last ?? (ride is { CompletedAt: null, CancelledAt: null } ? await LastKnown(ride.DriverId, pool, duties) : null);
        return TypedResults.Ok(new Answer(
            rideId, ride.StartedAt, ride.CompletedAt, (int)Math.Round(ride.DistanceMetres), ride.AcceptedPoints, ride.ClosedAt is not null, polyline,
            here?.Position, here?.At));
    }

    /// <summary>As it was closed; of a track that runs, or of which only the positions are left, through the positions that lengthened it.</summary>
    static async Task<string> LineOf(RideRow ride, Database database, CancellationToken ct)
    {
        if (ride.ClosedAt is not null && await database.Find<string>(Line, new { ride.RideId, ride.ClosedAt }, ct) is { } line) return line;

        var bends = await database.List<GeoPoint>(Bends, new { ride.RideId }, ct);
        return EncodedPolyline.Encode([.. PlaceOf(ride.Start), .. bends, .. PlaceOf(ride.DropOff)]);
    }

    static GeoPoint[] PlaceOf(Fix? fix) => fix is { } known ? [known.Position] : [];

    static bool MaySee(CurrentUser user, RideRow ride) => user.IsOperator || user.Id == ride.PassengerId || user.Id == ride.DriverId;

    /// <summary>Before the start there is no track, but the passenger waits and wants to see the car come.</summary>
    static async Task<Fix?> LastKnown(Guid driverId, PositionPool pool, DutyStore duties)
    {
        Fix? last = null;
        await duties.Try(async () => last = await pool.LastKnown(driverId));
        return last;
    }

    /// <param name="Closed">The distance is final.</param>
    /// <param name="Polyline">Google's encoded polyline format, precision 5.</param>
    /// <param name="Position">Where the driver was last.</param>
    public sealed record Answer(
        Guid RideId, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, int DistanceMetres, int AcceptedPoints, bool Closed, string Polyline,
        GeoPoint? Position, DateTimeOffset? PositionAt);
}
