using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Zones;

/// <summary>All active zones of a service's schema in memory. They are few and change seldom; a short poll brings changes.</summary>
/// <param name="table">Where they are: rows that are never deleted, whose versions only rise.</param>
/// <param name="ring">SQL for a zone's ring as a JSON array of points.</param>
public sealed class ZonesInForce(Database database, string table, string ring)
{
    readonly string selectVersions = $"select coalesce(sum(version), 0)::bigint from {table}";
    readonly string selectActive = $"select zone_id, city_id, name, kind, priority, ({ring})::text as ring from {table} where active";

    volatile ZoneIndex? index;
    long known = -1;

    /// <summary>False until the first load: without zones, every place would be served.</summary>
    public bool AreLoaded => index is not null;

    /// <summary>The zones as they are now.</summary>
    public ZoneIndex Now => index ?? ZoneIndex.Empty;

    /// <summary>Loads what the schema holds now, if that has changed.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        var versions = await database.Find<long>(selectVersions, null, ct);
        if (versions == known) return;

        index = new((await database.List<Row>(selectActive, null, ct)).Select(row => row.ToZone()));
        known = versions;
    }

    sealed record Row(Guid ZoneId, string CityId, string Name, ZoneKind Kind, int Priority, string Ring)
    {
        public Zone ToZone() => new(ZoneId, CityId, Name, Kind, Priority, JsonSerializer.Deserialize<GeoPoint[]>(Ring, Json.Options)!);
    }
}
