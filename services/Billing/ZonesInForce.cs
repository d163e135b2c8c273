using System.Text.Json;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing;

/// <summary>All active zones in memory, so that quoting asks no database. They are few and change seldom; a short poll brings changes.</summary>
internal sealed class ZonesInForce(Database database)
{
    const string SelectActive = "select zone_id, city_id, name, kind, priority, ring::text as ring from billing.zones where active";

    volatile ZoneIndex? index;
    long known = -1;

    /// <summary>False until the first load: without zones, every place would be served.</summary>
    public bool AreLoaded => index is not null;

    /// <summary>The zones as they are now.</summary>
    public ZoneIndex Now => index ?? ZoneIndex.Empty;

    /// <summary>Loads what the schema holds now, if that has changed.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        // Rows are never deleted and versions only rise, so their sum rises with every change.
        var versions = await database.Find<long>("select coalesce(sum(version), 0)::bigint from billing.zones", null, ct);
        if (versions == known) return;

        index = new((await database.List<Row>(SelectActive, null, ct)).Select(row => row.ToZone()));
        known = versions;
    }

    sealed record Row(Guid ZoneId, string CityId, string Name, ZoneKind Kind, int Priority, string Ring)
    {
        public Zone ToZone() => new(ZoneId, CityId, Name, Kind, Priority, JsonSerializer.Deserialize<GeoPoint[]>(Ring, Json.Options)!);
    }
}

/// <summary>Keeps the zones in memory close to those in the schema.</summary>
internal sealed class RefreshZones(ZonesInForce zones, IOptions<BillingOptions> options) : ISweep
{
    public TimeSpan Every => options.Value.ZoneRefresh;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await zones.Refresh(ct);
        return false;
    }
}
