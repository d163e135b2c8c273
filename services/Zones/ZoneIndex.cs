using System.Collections.Frozen;
using Tumpang.Contracts;

namespace Tumpang.Zones;

/// <summary>The zones in force, in memory: what holds at a place costs no question to a database. Immutable; a change makes a new one.</summary>
public sealed class ZoneIndex
{
    public static readonly ZoneIndex Empty = new([]);

    readonly FrozenDictionary<string, Zone[]> byCity;

    /// <param name="zones">The active ones of all cities.</param>
    public ZoneIndex(IEnumerable<Zone> zones) => byCity = zones
        .GroupBy(zone => zone.CityId)
        .ToFrozenDictionary(city => city.Key, city => city.OrderByDescending(zone => zone.Priority).ThenBy(zone => zone.ZoneId).ToArray());

    /// <summary>The zone of one of these kinds that counts at a place: the one with the highest priority; null where there is none.</summary>
    public Zone? Find(string cityId, GeoPoint place, params ReadOnlySpan<ZoneKind> kinds)
    {
        foreach (var zone in Of(cityId))
        {
            if (kinds.Contains(zone.Kind) && zone.Covers(place)) return zone;
        }

        return null;
    }

    /// <summary>One of a city's zones by its id; null when it is not in force.</summary>
    public Zone? Find(string cityId, Guid zoneId) => Array.Find(Of(cityId), zone => zone.ZoneId == zoneId);

    /// <summary>True within a service area of the city. A city for which none is drawn is served wherever its bounds reach.</summary>
    public bool IsServed(string cityId, GeoPoint place)
    {
        var hasAreas = false;
        foreach (var zone in Of(cityId))
        {
            if (zone.Kind is not ZoneKind.ServiceArea) continue;
            if (zone.Covers(place)) return true;
            hasAreas = true;
        }

        return !hasAreas;
    }

    /// <summary>True where nobody may be picked up or dropped off.</summary>
    public bool IsRestricted(string cityId, GeoPoint place) => Find(cityId, place, ZoneKind.Restricted) is not null;

    /// <summary>True where prices may follow demand: within a surge zone, or anywhere in a city for which none is drawn.</summary>
    public bool MaySurge(string cityId, GeoPoint place) => MaySurge(cityId, zone => zone.Covers(place));

    /// <summary>True where they may in a part of a rectangle.</summary>
    public bool MaySurge(string cityId, GeoPoint southWest, GeoPoint northEast) => MaySurge(cityId, zone => zone.Meets(southWest, northEast));

    bool MaySurge(string cityId, Func<Zone, bool> holds)
    {
        var hasZones = false;
        foreach (var zone in Of(cityId))
        {
            if (zone.Kind is not ZoneKind.Surge) continue;
            if (holds(zone)) return true;
            hasZones = true;
        }

        return !hasZones;
    }

    Zone[] Of(string cityId) => byCity.GetValueOrDefault(cityId) ?? [];
}
