using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>An operator draws a zone under an id of their choice, or draws it anew.</summary>
static class DrawZone
{
    /// <summary>A smaller zone is a slip of the hand: no car fits in.</summary>
    const double MinSquareMetres = 100;

    // Postgres judges the shape, so that no rule of ours can differ from the column's own.
    const string Measure = """
        select st_isvalid(shape) as valid, case when st_isvalid(shape) then st_area(shape::geography) else 0 end as square_metres,
               (select count(*)::integer from unnest(@Latitudes, @Longitudes) as gate (latitude, longitude)
                where  not st_covers(shape, platform.point(latitude, longitude)::geometry)) as gates_outside
        from   st_setsrid(st_geomfromgeojson(@Shape), 4326) as shape
        """;

    const string Save = """
        insert into location.zones as zone (zone_id, city_id, name, kind, shape, priority, active, changed_at, changed_by, version)
        values (@ZoneId, @CityId, @Name, @Kind, st_setsrid(st_geomfromgeojson(@Shape), 4326), @Priority, @Active, @Now, @Operator, 1)
        on conflict (zone_id) do update
        set    city_id = excluded.city_id, name = excluded.name, kind = excluded.kind, shape = excluded.shape, priority = excluded.priority,
               active = excluded.active, changed_at = excluded.changed_at, changed_by = excluded.changed_by, removed_at = null, version = zone.version + 1
        """;

    const string SaveGates = """
        insert into location.gates (zone_id, place, name, position)
        select @ZoneId, place - 1, name, platform.point(latitude, longitude)
        from   unnest(@Names, @Latitudes, @Longitudes) with ordinality as gate (name, latitude, longitude, place)
        """;

    public static async Task<Results<Ok<ZoneFeature>, ProblemHttpResult>> Handle(
        Guid zoneId, ZoneFeature zone, CurrentUser user, Transaction transaction, Cities cities, CityClock clock, CancellationToken ct)
    {
        if (zone.Refuse(cities) is { } problem) return problem.ToHttp();

        var row = Row.From(zoneId, zone, user.Id, clock.GetUtcNow());
        if (Refuse((await transaction.Find<Measured>(Measure, row, ct))!) is { } misshapen) return misshapen.ToHttp();

        // The zone first: it is the lock on its gates.
        await transaction.Execute(Save, row, ct);
        await transaction.Execute("delete from location.gates where zone_id = @ZoneId", row, ct);
        await transaction.Execute(SaveGates, row, ct);
        await ZoneStore.Tell(transaction, [zoneId], row.Now, ct);
        return TypedResults.Ok(await ZoneStore.Get(transaction, zoneId, ct));
    }

    static Problem? Refuse(Measured measured) => measured switch
    {
        { Valid: false } => LocationProblems.InvalidShape("A ring neither crosses nor touches itself."),
        { SquareMetres: < MinSquareMetres } => LocationProblems.InvalidShape($"A zone measures at least {MinSquareMetres} square metres."),
        { GatesOutside: > 0 } => LocationProblems.InvalidGates("A gate lies within its zone."),
        _ => null,
    };

    sealed record Measured(bool Valid, double SquareMetres, int GatesOutside);

    sealed record Row(
        Guid ZoneId, string CityId, string Name, string Kind, string Shape, int Priority, bool Active, DateTimeOffset Now, Guid Operator,
        string[] Names, double[] Latitudes, double[] Longitudes)
    {
        public static Row From(Guid zoneId, ZoneFeature zone, Guid by, DateTimeOffset now)
        {
            var (said, gates) = (zone.Properties, zone.Properties.Gates ?? []);
            return new(
                zoneId, said.CityId, said.Name, said.Kind.ToString(), JsonSerializer.Serialize(zone.Geometry, Json.Options), said.Priority, said.Active, now, by,
                [.. gates.Select(gate => gate.Name)], [.. gates.Select(gate => gate.Position.Latitude)], [.. gates.Select(gate => gate.Position.Longitude)]);
        }
    }
}
