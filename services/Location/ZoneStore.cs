using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>Zones as they are stored.</summary>
static class ZoneStore
{
    /// <summary>A zone's columns, from location.zones as z.</summary>
    const string Columns = """
        z.zone_id, z.city_id, z.name, z.kind, z.priority, z.active, st_asgeojson(z.shape) as shape, coalesce((
            select json_agg(json_build_object('name', g.name, 'position', json_build_object(
                       'latitude', st_y(g.position::geometry), 'longitude', st_x(g.position::geometry))) order by g.place)
            from   location.gates g
            where  g.zone_id = z.zone_id), '[]')::text as gates
        """;

    const string FindOne = $"select {Columns} from location.zones z where z.zone_id = @ZoneId and z.removed_at is null";

    const string ListOfCity = $"""
        select {Columns} from location.zones z
        where  z.city_id = @CityId and z.removed_at is null
        order  by z.priority desc, z.name, z.zone_id limit @Limit
        """;

    const string ListAt = $"""
        select {Columns}
        from   location.zones z
        where  z.active and z.city_id = @CityId and st_covers(z.shape, platform.point(@Latitude, @Longitude)::geometry)
        order  by z.priority desc, z.zone_id
        """;

    const string ListToTell = """
        select z.zone_id, z.city_id, z.name, z.kind, z.priority, z.active, st_asgeojson(z.shape, maxdecimaldigits => 15) as shape, z.version
        from   location.zones z
        where  z.zone_id = any(@ZoneIds)
        """;

    public static async Task<ZoneFeature?> Find(Database database, Guid zoneId, CancellationToken ct) =>
        (await database.Find<Row>(FindOne, new { ZoneId = zoneId }, ct))?.ToFeature();

    /// <summary>As the running change leaves it.</summary>
    public static async Task<ZoneFeature> Get(Transaction transaction, Guid zoneId, CancellationToken ct) =>
        (await transaction.Find<Row>(FindOne, new { ZoneId = zoneId }, ct))!.ToFeature();

    public static async Task<IReadOnlyList<ZoneFeature>> List(Database database, string cityId, int limit, CancellationToken ct) =>
        [.. (await database.List<Row>(ListOfCity, new { CityId = cityId, Limit = limit }, ct)).Select(row => row.ToFeature())];

    /// <summary>The active zones that cover a place, edges included, highest priority first.</summary>
    public static async Task<IReadOnlyList<ZoneFeature>> At(Database database, string cityId, GeoPoint place, CancellationToken ct) =>
        [.. (await database.List<Row>(ListAt, new { CityId = cityId, place.Latitude, place.Longitude }, ct)).Select(row => row.ToFeature())];

    /// <summary>Tells others what the running change made of these zones.</summary>
    public static async Task Tell(Transaction transaction, IReadOnlyCollection<Guid> zoneIds, DateTimeOffset now, CancellationToken ct)
    {
        if (zoneIds.Count == 0) return;

        foreach (var zone in await transaction.List<ToTell>(ListToTell, new { ZoneIds = zoneIds.ToArray() }, ct))
        {
            transaction.Publish(zone.ToEvent(now));
        }
    }

    static ZoneGeometry Geometry(string shape) => JsonSerializer.Deserialize<ZoneGeometry>(shape, Json.Options)!;

    /// <summary>False for a city that is served wherever its bounds reach.</summary>
    public static Task<bool> HasServiceArea(Database database, string cityId, CancellationToken ct) =>
        database.Find<bool>("select exists (select from location.zones where city_id = @CityId and kind = 'ServiceArea' and active)", new { CityId = cityId }, ct);

    sealed record ToTell(Guid ZoneId, string CityId, string Name, ZoneKind Kind, int Priority, bool Active, string Shape, long Version)
    {
        public ZoneChanged ToEvent(DateTimeOffset now) => new(
            ZoneId, CityId, Name, Kind, Priority, Active, [.. Geometry(Shape).Coordinates[0].Select(corner => new GeoPoint(corner[1], corner[0]))])
        {
            OccurredAt = now,
            Version = Version,
        };
    }

    sealed record Row(Guid ZoneId, string CityId, string Name, ZoneKind Kind, int Priority, bool Active, string Shape, string Gates)
    {
        public ZoneFeature ToFeature() => new(
            "Feature",
            Geometry(Shape),
            new(CityId, Name, Kind, Priority, Active, JsonSerializer.Deserialize<Gate[]>(Gates, Json.Options)!),
            ZoneId);
    }
}
