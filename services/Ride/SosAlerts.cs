using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>A call for help as operators see it.</summary>
/// <param name="Position">Where the phone last told that it is, at <paramref name="PositionAt"/>.</param>
/// <param name="LivePosition">Where the ride was last heard of, at <paramref name="SeenAt"/>.</param>
/// <param name="Note">What came of it, once closed.</param>
sealed record SosAlert(
    Guid AlertId, Guid RideId, RideStatus RideStatus, string CityId, Guid PassengerId, Guid DriverId, Party By, DateTimeOffset RaisedAt, GeoPoint? Position,
    DateTimeOffset? PositionAt, GeoPoint? LivePosition, DateTimeOffset? SeenAt, DateTimeOffset? AcknowledgedAt, Guid? AcknowledgedBy,
    DateTimeOffset? ClosedAt, Guid? ClosedBy, string? Note);

/// <summary>Reading calls for help.</summary>
static class SosAlerts
{
    public const string Select = """
        select alert.alert_id, alert.ride_id, ride.status, ride.city_id, ride.passenger_id, ride.driver_id, alert.side, alert.raised_at,
               st_y(alert.position::geometry) as latitude, st_x(alert.position::geometry) as longitude, alert.position_at,
               st_y(known.position::geometry) as live_latitude, st_x(known.position::geometry) as live_longitude, known.heard_at as seen_at,
               alert.acknowledged_at, alert.acknowledged_by, alert.closed_at, alert.closed_by, alert.note
        from   ride.sos_alerts alert
        join   ride.rides ride on ride.ride_id = alert.ride_id
        left   join ride.whereabouts known on known.ride_id = alert.ride_id
        """;

    /// <summary>Why a statement changed no row: false when there is no such alert.</summary>
    public static Task<bool> Exists(Transaction transaction, Guid alertId, CancellationToken ct) =>
        transaction.Find<bool>("select exists (select from ride.sos_alerts where alert_id = @AlertId)", new { alertId }, ct);

    public sealed record Row(
        Guid AlertId, Guid RideId, string Status, string CityId, Guid PassengerId, Guid DriverId, string Side, DateTimeOffset RaisedAt,
        double? Latitude, double? Longitude, DateTimeOffset? PositionAt, double? LiveLatitude, double? LiveLongitude, DateTimeOffset? SeenAt,
        DateTimeOffset? AcknowledgedAt, Guid? AcknowledgedBy, DateTimeOffset? ClosedAt, Guid? ClosedBy, string? Note)
    {
        public SosAlert ToAlert() => new(
            AlertId, RideId, Enum.Parse<RideStatus>(Status), CityId, PassengerId, DriverId, Enum.Parse<Party>(Side), RaisedAt, Point(Latitude, Longitude),
            PositionAt, Point(LiveLatitude, LiveLongitude), SeenAt, AcknowledgedAt, AcknowledgedBy, ClosedAt, ClosedBy, Note);

        static GeoPoint? Point(double? latitude, double? longitude) => latitude is { } y && longitude is { } x ? new(y, x) : null;
    }
}
