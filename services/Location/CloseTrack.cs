using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>
/// Ends a track, once: what was recorded after the completion (it arrived before the news of it did) is cut off, the rest is measured again
/// from its first point to the drop-off, and RideTrackClosed tells the result.
/// </summary>
sealed class CloseTrack(Database database, DutyStore duties, IOptions<LocationOptions> options)
{
    const string MarkClosed = """
        select location.create_track_month(@Now);

        insert into location.tracks (ride_id, closed_at, polyline) values (@RideId, @Now, @Polyline);

        update location.rides
        set    closed_at = @Now, due_at = null, distance_metres = @DistanceMetres, slow_seconds = @SlowSeconds,
               slow_distance_metres = @SlowDistanceMetres, accepted_points = @AcceptedPoints, smoother = null,
               version = @Version
        where  ride_id = @RideId and closed_at is null
        """;

    readonly LocationOptions rules = options.Value;

    /// <summary>Closes one track in a transaction of its own; nothing happens when another copy was first.</summary>
    public async Task Now(Guid rideId, Guid driverId, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        await DutyStore.Lock(transaction, driverId, ct);
        if (!await Within(transaction, rideId, now, ct)) return;
        await duties.Announce(transaction, driverId, ct);
        await transaction.Commit(ct);
    }

    /// <summary>Closes one track in a transaction that holds the driver's row; false when it is not complete, or closed already.</summary>
    public async Task<bool> Within(Transaction transaction, Guid rideId, DateTimeOffset now, CancellationToken ct)
    {
        if (await TrackStore.Lock(transaction, [rideId], ct) is not [{ CompletedAt: { } completedAt, StartedAt: { } startedAt, TakesPoints: true } ride]) return false;

        var (track, polyline) = Measure(ride, await TrackStore.CutOff(transaction, rideId, completedAt, ct));
        var closed = new RideTrackClosed(
            rideId, ride.PassengerId, ride.DriverId, Whole(track.DistanceMetres), Whole((completedAt - startedAt).TotalSeconds),
            Whole(track.SlowSeconds), Whole(track.SlowDistanceMetres), track.AcceptedPoints, polyline)
        {
            OccurredAt = now,
            Version = ride.Version + 1,
        };
        await transaction.Execute(
            MarkClosed,
            new
            {
                closed.RideId,
                Now = now,
                track.DistanceMetres,
                track.SlowSeconds,
                track.SlowDistanceMetres,
                track.AcceptedPoints,
                polyline,
                closed.Version,
            },
            ct);
        transaction.Publish(closed);
        return true;
    }

    /// <summary>Adds the points again, from the first: the same steps as when they came, without those that were cut off.</summary>
    (Track Track, string Polyline) Measure(RideRow ride, IReadOnlyList<LocationUpdate> points)
    {
        var track = Track.From(ride.Start);
        var bends = new List<GeoPoint>();
        if (ride.Start is { } start) bends.Add(start.Position);
        foreach (var point in points) track = track.Add(point, rules, bends).Track;
        if (ride.DropOff is not { } dropOff) return (track, EncodedPolyline.Encode(bends));

        track = track.End(dropOff, rules, bends);
        bends.Add(dropOff.Position);
        return (track, EncodedPolyline.Encode(bends));
    }

    static int Whole(double value) => (int)Math.Round(value);
}
