namespace Tumpang.Contracts;

/// <summary>A driver switched the beacon on and may be offered rides.</summary>
public sealed record DriverCameOnline(Guid DriverId, string CityId, VehicleClass VehicleClass, GeoPoint Position) : Event
{
    public override Guid AggregateId => DriverId;
}

/// <summary>A driver switched the beacon off, or was silent for too long.</summary>
public sealed record DriverWentOffline(Guid DriverId, string Reason) : Event
{
    public override Guid AggregateId => DriverId;
}

/// <summary>How far a ride has come. Throttled: at most one every few seconds of city time per ride.</summary>
/// <param name="DistanceMetres">Accepted track length since the start of the ride, whole metres.</param>
/// <param name="DurationSeconds">Since the start of the ride, city time.</param>
/// <param name="SlowSeconds">As in <see cref="RideTrackClosed"/>, so far.</param>
/// <param name="SlowDistanceMetres">As in <see cref="RideTrackClosed"/>, so far.</param>
/// <param name="RemainingSeconds">Driving time to the agreed drop-off, city time; null while that is not known.</param>
public sealed record RideProgressed(
    Guid RideId, Guid PassengerId, Guid DriverId, GeoPoint Position, int DistanceMetres, int DurationSeconds,
    int SlowSeconds = 0, int SlowDistanceMetres = 0, int? RemainingSeconds = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A ride is expected to end within minutes, and its driver goes on working; said once, and again when the estimate has moved by much.</summary>
/// <param name="EndsAt">City time.</param>
/// <param name="DropOff">The agreed one.</param>
public sealed record RideNearsEnd(Guid RideId, Guid PassengerId, Guid DriverId, DateTimeOffset EndsAt, GeoPoint DropOff) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>location's answer to RideCompleted: what was driven between start and completion. Once per ride.</summary>
/// <param name="DistanceMetres">Accepted track length, whole metres; 0 when no usable point came.</param>
/// <param name="DurationSeconds">From start to completion, city time.</param>
/// <param name="SlowSeconds">Part of the duration below the speed at which a meter charges time instead of distance (12 mph, 5.364 m/s).</param>
/// <param name="SlowDistanceMetres">Distance covered during <paramref name="SlowSeconds"/>.</param>
/// <param name="AcceptedPoints">Points behind the distance; fewer than two mean that the track is unusable and the quote stands.</param>
/// <param name="Polyline">The track in Google's encoded polyline format, precision 5.</param>
public sealed record RideTrackClosed(
    Guid RideId, Guid PassengerId, Guid DriverId, int DistanceMetres, int DurationSeconds, int SlowSeconds,
    int SlowDistanceMetres, int AcceptedPoints, string Polyline) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>An operator drew, redrew or removed a zone; also said once of each zone that a new fleet begins with.</summary>
/// <param name="Active">False while the zone is kept for later, and once it is removed.</param>
/// <param name="Ring">Its closed ring, 4 to 500 corners.</param>
public sealed record ZoneChanged(
    Guid ZoneId, string CityId, string Name, ZoneKind Kind, int Priority, bool Active, IReadOnlyList<GeoPoint> Ring) : Event
{
    public override Guid AggregateId => ZoneId;
}
