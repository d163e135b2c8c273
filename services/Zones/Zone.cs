using Tumpang.Contracts;

namespace Tumpang.Zones;

/// <summary>A polygon within a city, in which something holds.</summary>
/// <param name="Ring">One closed ring of corners that neither crosses nor touches itself.</param>
/// <param name="Priority">Of several zones over one place, the one with the higher number comes first.</param>
public sealed record Zone(Guid ZoneId, string CityId, string Name, ZoneKind Kind, int Priority, IReadOnlyList<GeoPoint> Ring)
{
    readonly GeoPoint southWest = new(Ring.Min(corner => corner.Latitude), Ring.Min(corner => corner.Longitude));
    readonly GeoPoint northEast = new(Ring.Max(corner => corner.Latitude), Ring.Max(corner => corner.Longitude));

    /// <summary>True within the ring, its edge included: as st_covers of PostGIS has it.</summary>
    public bool Covers(GeoPoint place) =>
        place.Latitude >= southWest.Latitude && place.Latitude <= northEast.Latitude
        && place.Longitude >= southWest.Longitude && place.Longitude <= northEast.Longitude
        && IsWithinRing(place);

    /// <summary>True when a way of straight legs enters or touches the zone.</summary>
    public bool IsCrossedBy(IReadOnlyList<GeoPoint> way)
    {
        for (var point = 0; point < way.Count; point++)
        {
            if (Covers(way[point]) || (point > 0 && IsCrossedBy(way[point - 1], way[point]))) return true;
        }

        return false;
    }

    /// <summary>True when the zone and a rectangle have a place in common.</summary>
    public bool Meets(GeoPoint lowest, GeoPoint highest) =>
        Ring.Any(corner => IsBetween(lowest.Latitude, highest.Latitude, corner.Latitude) && IsBetween(lowest.Longitude, highest.Longitude, corner.Longitude))
        || IsCrossedBy([lowest, lowest with { Longitude = highest.Longitude }, highest, highest with { Longitude = lowest.Longitude }, lowest]);

    /// <summary>For a leg with both ends outside: it enters where it crosses an edge.</summary>
    bool IsCrossedBy(GeoPoint start, GeoPoint end)
    {
        if (Math.Max(start.Latitude, end.Latitude) < southWest.Latitude || Math.Min(start.Latitude, end.Latitude) > northEast.Latitude
            || Math.Max(start.Longitude, end.Longitude) < southWest.Longitude || Math.Min(start.Longitude, end.Longitude) > northEast.Longitude)
        {
            return false;
        }

        for (var corner = 1; corner < Ring.Count; corner++)
        {
            var (from, to) = (Ring[corner - 1], Ring[corner]);
            var (left, right) = (Left(from, to, start), Left(from, to, end));
            if (left * right <= 0 && (left, right) != (0, 0) && Left(start, end, from) * Left(start, end, to) <= 0) return true;
        }

        return false;
    }

    /// <summary>Counts how often the ring winds round the place (D. Sunday, "Inclusion of a point in a polygon"); a place on an edge is within.</summary>
    bool IsWithinRing(GeoPoint place)
    {
        var winding = 0;
        for (var corner = 1; corner < Ring.Count; corner++)
        {
            var (from, to) = (Ring[corner - 1], Ring[corner]);
            var left = Left(from, to, place);
            if (left == 0 && IsBetween(from, to, place)) return true;

            if (from.Latitude <= place.Latitude && place.Latitude < to.Latitude && left > 0) winding++;
            else if (to.Latitude <= place.Latitude && place.Latitude < from.Latitude && left < 0) winding--;
        }

        return winding != 0;
    }

    /// <summary>Positive where the place lies to the left of the edge, zero on its line.</summary>
    static double Left(GeoPoint from, GeoPoint to, GeoPoint place) =>
        ((to.Longitude - from.Longitude) * (place.Latitude - from.Latitude)) - ((place.Longitude - from.Longitude) * (to.Latitude - from.Latitude));

    static bool IsBetween(GeoPoint from, GeoPoint to, GeoPoint place) =>
        IsBetween(from.Latitude, to.Latitude, place.Latitude) && IsBetween(from.Longitude, to.Longitude, place.Longitude);

    static bool IsBetween(double one, double other, double value) => value >= Math.Min(one, other) && value <= Math.Max(one, other);
}
