using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>What lies ahead of a ride: places on the way, then the agreed drop-off.</summary>
static class PlannedWay
{
    const string Save = """
        insert into location.rides as ride (ride_id, driver_id, passenger_id, planned_drop_off, planned_stops, way_version)
        values (@RideId, @DriverId, @PassengerId, platform.point(@Latitude, @Longitude), @Stops::jsonb, @Version)
        on conflict (ride_id) do update
        set    planned_drop_off = excluded.planned_drop_off, planned_stops = excluded.planned_stops, way_version = excluded.way_version
        where  ride.way_version < excluded.way_version
        """;

    /// <summary>Keeps what ride last said of it; what comes late is ignored.</summary>
    public static Task Remember(
        Transaction transaction, (Guid RideId, Guid DriverId, Guid PassengerId) ride, GeoPoint dropOff, IReadOnlyList<GeoPoint> stops, long version,
        CancellationToken ct)
    {
        var row = new { ride.RideId, ride.DriverId, ride.PassengerId, dropOff.Latitude, dropOff.Longitude, Stops = StopsColumn.Write(stops), Version = version };
        return transaction.Execute(Save, row, ct);
    }

    /// <summary>Driving time from here by every place on the way to the drop-off, whole seconds.</summary>
    public static int SecondsFrom(GeoPoint here, IReadOnlyList<GeoPoint> stops, GeoPoint dropOff, RoadMap roads)
    {
        var seconds = 0;
        foreach (var next in (IEnumerable<GeoPoint>)[.. stops, dropOff])
        {
            seconds += roads.Estimate(here, next).DurationSeconds;
            here = next;
        }

        return seconds;
    }
}
