using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>A ride's row: who, when, and the track so far.</summary>
sealed record RideRow(
    Guid RideId, Guid DriverId, Guid PassengerId, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, DateTimeOffset? CancelledAt,
    DateTimeOffset? ClosedAt, double? StartLatitude, double? StartLongitude, double? DropOffLatitude, double? DropOffLongitude,
    double? AnchorLatitude, double? AnchorLongitude, DateTimeOffset? AnchorAt, double? LastLatitude, double? LastLongitude, DateTimeOffset? LastAt,
    double DistanceMetres, double SlowSeconds, double SlowDistanceMetres, int AcceptedPoints, byte[]? Smoother, DateTimeOffset? ProgressedAt,
    double? PlannedDropOffLatitude, double? PlannedDropOffLongitude, DateTimeOffset? ToldEndsAt, long Version,
    string? PlannedStops = null)
{
    /// <summary>Positions of the driver count.</summary>
    public bool TakesPoints => StartedAt is not null && ClosedAt is null && CancelledAt is null;

    public Fix? Start => FixOf(StartLatitude, StartLongitude, StartedAt);

    public Fix? DropOff => FixOf(DropOffLatitude, DropOffLongitude, CompletedAt);

    /// <summary>Where the ride is going; null until the match has been heard of.</summary>
    public GeoPoint? PlannedDropOff => (PlannedDropOffLatitude, PlannedDropOffLongitude) is ({ } north, { } east) ? new(north, east) : null;

    /// <summary>Places on the way that the ride has not come to yet, in order.</summary>
    public IReadOnlyList<GeoPoint> StopsAhead => StopsColumn.Read(PlannedStops) ?? [];

    public Track Track => new()
    {
        Smoother = (Smoother is null ? null : Locations.Smoother.FromBytes(Smoother)) ?? SmootherAtAnchor,
        Last = FixOf(LastLatitude, LastLongitude, LastAt),
        DistanceMetres = DistanceMetres,
        SlowSeconds = SlowSeconds,
        SlowDistanceMetres = SlowDistanceMetres,
        AcceptedPoints = AcceptedPoints,
    };

    /// <summary>Of a track without a position yet, or one that an older release began.</summary>
    Smoother? SmootherAtAnchor => FixOf(AnchorLatitude, AnchorLongitude, AnchorAt) is { } anchor
        ? Locations.Smoother.At(anchor, Track.UsualAccuracyMetres, DistanceMetres, SlowSeconds, SlowDistanceMetres)
        : null;

    static Fix? FixOf(double? latitude, double? longitude, DateTimeOffset? at) =>
        (latitude, longitude, at) is ({ } north, { } east, { } instant) ? new Fix(new GeoPoint(north, east), instant) : null;
}

/// <summary>A position that a track took, and by how much it lengthened the track.</summary>
sealed record TrackPoint(Guid RideId, LocationUpdate Update, double AddedMetres);

/// <summary>The SQL of tracks that several features share.</summary>
static class TrackStore
{
    const string Columns = """
        ride_id, driver_id, passenger_id, started_at, completed_at, cancelled_at, closed_at,
        st_y(start::geometry) as start_latitude, st_x(start::geometry) as start_longitude,
        st_y(drop_off::geometry) as drop_off_latitude, st_x(drop_off::geometry) as drop_off_longitude,
        st_y(anchor::geometry) as anchor_latitude, st_x(anchor::geometry) as anchor_longitude, anchor_at,
        st_y(last::geometry) as last_latitude, st_x(last::geometry) as last_longitude, last_at,
        distance_metres, slow_seconds, slow_distance_metres, accepted_points, smoother, progressed_at,
        st_y(planned_drop_off::geometry) as planned_drop_off_latitude, st_x(planned_drop_off::geometry) as planned_drop_off_longitude, told_ends_at, version,
        planned_stops
        """;

    public const string Find = $"select {Columns} from location.rides where ride_id = @RideId";

    /// <summary>One order for all callers, so that two batches that share rides wait for each other instead of deadlocking.</summary>
    const string LockRides = $"select {Columns} from location.rides where ride_id = any(@RideIds) order by ride_id for no key update";

    const string Known = """
        select recorded_at from location.track_points where ride_id = @RideId and recorded_at = any(@Instants)
        """;

    const string InsertPoints = """
        insert into location.track_points (ride_id, recorded_at, position, accuracy_metres, added_metres)
        select p.ride_id, p.recorded_at, platform.point(p.latitude, p.longitude), p.accuracy, p.added
        from unnest(@RideIds, @Instants, @Latitudes, @Longitudes, @Accuracies, @Added) as p (ride_id, recorded_at, latitude, longitude, accuracy, added)
        """;

    const string SaveTracks = """
        update location.rides r
        set    anchor = platform.point(t.anchor_latitude, t.anchor_longitude), anchor_at = t.anchor_at,
               last = platform.point(t.last_latitude, t.last_longitude), last_at = t.last_at,
               distance_metres = t.distance, slow_seconds = t.slow, slow_distance_metres = t.slow_distance, accepted_points = t.points,
               smoother = t.smoother, progressed_at = t.progressed_at, told_ends_at = t.told_ends_at, version = t.version
        from   unnest(@RideIds, @AnchorLatitudes, @AnchorLongitudes, @AnchorInstants, @LastLatitudes, @LastLongitudes, @LastInstants,
                      @Distances, @Slow, @SlowDistances, @Points, @Smoothers, @Progressed, @ToldEnds, @Versions)
               as t (ride_id, anchor_latitude, anchor_longitude, anchor_at, last_latitude, last_longitude, last_at,
                     distance, slow, slow_distance, points, smoother, progressed_at, told_ends_at, version)
        where  r.ride_id = t.ride_id
        """;

    const string CutOffAndRead = """
        delete from location.track_points where ride_id = @RideId and recorded_at > @CompletedAt;

        select st_y(position::geometry) as latitude, st_x(position::geometry) as longitude, recorded_at, accuracy_metres
        from   location.track_points
        where  ride_id = @RideId
        order  by recorded_at
        """;

    public static Task<IReadOnlyList<RideRow>> Lock(Transaction transaction, Guid[] rideIds, CancellationToken ct) =>
        transaction.List<RideRow>(LockRides, new { RideIds = rideIds }, ct);

    /// <summary>Which of these instants the track has a point for.</summary>
    public static async Task<HashSet<DateTimeOffset>> FindKnown(Transaction transaction, Guid rideId, DateTimeOffset[] instants, CancellationToken ct) =>
        [.. await transaction.List<DateTimeOffset>(Known, new { RideId = rideId, Instants = instants }, ct)];

    /// <summary>Forgets the points after the end, and returns those before it in the order of their time.</summary>
    public static Task<IReadOnlyList<LocationUpdate>> CutOff(Transaction transaction, Guid rideId, DateTimeOffset completedAt, CancellationToken ct) =>
        transaction.List<LocationUpdate>(CutOffAndRead, new { RideId = rideId, CompletedAt = completedAt }, ct);

    public static Task Insert(Transaction transaction, IReadOnlyCollection<TrackPoint> points, CancellationToken ct) => transaction.Execute(
        InsertPoints,
        new
        {
            RideIds = points.Select(point => point.RideId).ToArray(),
            Instants = points.Select(point => point.Update.RecordedAt).ToArray(),
            Latitudes = points.Select(point => point.Update.Latitude).ToArray(),
            Longitudes = points.Select(point => point.Update.Longitude).ToArray(),
            Accuracies = points.Select(point => point.Update.AccuracyMetres).ToArray(),
            Added = points.Select(point => point.AddedMetres).ToArray(),
        },
        ct);

    public static Task Save(Transaction transaction, IReadOnlyCollection<(RideRow Ride, Track Track)> tracks, CancellationToken ct) => transaction.Execute(
        SaveTracks,
        new
        {
            RideIds = tracks.Select(item => item.Ride.RideId).ToArray(),
            AnchorLatitudes = tracks.Select(item => item.Track.Anchor!.Value.Position.Latitude).ToArray(),
            AnchorLongitudes = tracks.Select(item => item.Track.Anchor!.Value.Position.Longitude).ToArray(),
            AnchorInstants = tracks.Select(item => item.Track.Anchor!.Value.At).ToArray(),
            LastLatitudes = tracks.Select(item => item.Track.Last!.Value.Position.Latitude).ToArray(),
            LastLongitudes = tracks.Select(item => item.Track.Last!.Value.Position.Longitude).ToArray(),
            LastInstants = tracks.Select(item => item.Track.Last!.Value.At).ToArray(),
            Distances = tracks.Select(item => item.Track.DistanceMetres).ToArray(),
            Slow = tracks.Select(item => item.Track.SlowSeconds).ToArray(),
            SlowDistances = tracks.Select(item => item.Track.SlowDistanceMetres).ToArray(),
            Points = tracks.Select(item => item.Track.AcceptedPoints).ToArray(),
            Smoothers = tracks.Select(item => item.Track.Smoother!.ToBytes()).ToArray(),
            Progressed = tracks.Select(item => item.Ride.ProgressedAt).ToArray(),
            ToldEnds = tracks.Select(item => item.Ride.ToldEndsAt).ToArray(),
            Versions = tracks.Select(item => item.Ride.Version).ToArray(),
        },
        ct);
}
