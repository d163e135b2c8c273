using System.Collections.Frozen;
using System.Diagnostics;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Surge;

/// <summary>
/// The surge map of this copy, so that a quote asks no database. Every copy reads what one of them wrote, so all quote the same; what could not be read or
/// renewed for too long does not count.
/// </summary>
internal sealed class SurgeInForce(Database database, IOptions<SurgeOptions> options)
{
    const string FindState = """
        select round, clock_timestamp() - computed_at as age, (select coalesce(sum(version), 0)::bigint from billing.surge_rules) as rule_versions
        from   billing.surge_rounds
        """;

    /// <summary>One statement, so that the cells are those of the round.</summary>
    const string ListCells = """
        select round.round, cell.city_id, cell.vehicle_class, cell.line, cell.place, cell.multiplier_basis_points
        from   billing.surge_rounds round
        left   join billing.surge_cells cell on true
        """;

    volatile Loaded loaded = new(SurgeMap.Empty, -1, 0);

    /// <summary>What holds now.</summary>
    public SurgeMap Now => loaded is var now && Stopwatch.GetTimestamp() <= now.BelievedUntil ? now.Map : now.Map.Forgotten();

    /// <summary>What was read last, however old.</summary>
    public SurgeMap Latest => loaded.Map;

    /// <summary>Loads what the schema holds now, if that has changed.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        var known = loaded;
        var state = (await database.Find<State>(FindState, null, ct))!;
        var believedUntil = Stopwatch.GetTimestamp() + (long)((options.Value.BelievedFor - state.Age).TotalSeconds * Stopwatch.Frequency);
        var map = (state.Round, state.RuleVersions) == (known.Map.Round, known.RuleVersions) ? known.Map : await Load(ct);
        loaded = new(map, state.RuleVersions, believedUntil);
    }

    async Task<SurgeMap> Load(CancellationToken ct)
    {
        var rules = await database.List<SurgeRule>(SurgeRule.InForce, null, ct);
        var cells = await database.List<Row>(ListCells, null, ct);
        return new(
            cells[0].Round,
            rules.ToFrozenDictionary(rule => (rule.CityId, rule.VehicleClass), Bounded),
            cells.Where(cell => cell.CityId is not null).GroupBy(cell => (cell.CityId!, cell.VehicleClass!.Value)).ToFrozenDictionary(
                zone => zone.Key,
                IReadOnlyDictionary<MapCell, int> (zone) => zone.ToFrozenDictionary(
                    cell => new MapCell(cell.Line!.Value, cell.Place!.Value), cell => cell.MultiplierBasisPoints!.Value)));
    }

    /// <summary>A rule that was written when the settings allowed more.</summary>
    SurgeRule Bounded(SurgeRule rule) => rule with
    {
        MostBasisPoints = Math.Min(rule.MostBasisPoints, options.Value.MostBasisPoints),
        LeastBasisPoints = Math.Min(rule.LeastBasisPoints, options.Value.MostBasisPoints),
    };

    sealed record Loaded(SurgeMap Map, long RuleVersions, long BelievedUntil);

    sealed record State(long Round, TimeSpan Age, long RuleVersions);

    sealed record Row(long Round, string? CityId, VehicleClass? VehicleClass, int? Line, int? Place, int? MultiplierBasisPoints);
}

/// <summary>Keeps the map in memory close to the schema.</summary>
internal sealed class RefreshSurge(SurgeInForce surge, IOptions<SurgeOptions> options) : ISweep
{
    public TimeSpan Every => options.Value.Refresh;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await surge.Refresh(ct);
        return false;
    }
}
