using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Surge;

/// <summary>
/// Every 30 seconds works all multipliers out anew. The one row of billing.surge_rounds is the lock and the clock: whoever finds it due and free does the
/// round in one transaction, the others pass by, and one that dies in the middle has done nothing. A count that cannot be had ends the round likewise.
/// </summary>
internal sealed class RecomputeSurge(
    Database database, SurgeInForce surge, WaitingClient match, FreeDriversClient location, IOptions<SurgeOptions> options) : ISweep
{
    const string Begin = """
        with due as (
            select round, clock_timestamp() - computed_at > make_interval(secs => @BelievedSeconds) as forgotten
            from   billing.surge_rounds
            where  computed_at <= clock_timestamp() - make_interval(secs => @EverySeconds)
            for    update skip locked)
        update billing.surge_rounds rounds
        set    round = due.round + 1, computed_at = clock_timestamp()
        from   due
        returning rounds.round as number, due.forgotten
        """;

    const string ListCells = "select city_id, vehicle_class, line, place, smoothed_basis_points, multiplier_basis_points from billing.surge_cells";

    const string CountQuoting = """
        select   city_id, line, place, count(distinct passenger)::int as passengers
        from     billing.surge_interest, unnest(passengers) passenger
        where    told_at > now() - make_interval(secs => @BelievedSeconds)
        group by city_id, line, place
        """;

    const string Forget = "delete from billing.surge_cells";

    const string Remember = """
        insert into billing.surge_cells (city_id, vehicle_class, line, place, smoothed_basis_points, multiplier_basis_points)
        select * from unnest(@Cities, @Classes, @Lines, @Places, @Smoothed, @Multipliers)
        """;

    const string Record = """
        insert into billing.surge_changes (round, city_id, vehicle_class, line, place, multiplier_basis_points, waiting, quoting, free)
        select @Round, * from unnest(@Cities, @Classes, @Lines, @Places, @Multipliers, @Waiting, @Quoting, @Free)
        """;

    SurgeOptions Settings => options.Value;

    public TimeSpan Every => Settings.Refresh;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (!surge.Latest.HasWork) return false;

        await using var tx = await database.Begin(ct);
        var times = new { EverySeconds = Settings.Every.TotalSeconds, BelievedSeconds = Settings.BelievedFor.TotalSeconds };
        if (await tx.Find<Round>(Begin, times, ct) is not { } round) return false;

        var rules = (await tx.List<SurgeRule>(SurgeRule.InForce, null, ct)).Where(rule => rule.IsOn).ToList();
        var before = await tx.List<Cell>(ListCells, null, ct);
        var next = await Next(rules, round.Forgotten ? [] : before, tx, ct);
        await Write(round.Number, before, next, tx, ct);
        await tx.Commit(ct);
        return false;
    }

    /// <summary>What is not on any more is not among them, and so gone.</summary>
    async Task<IReadOnlyList<Cell>> Next(IReadOnlyList<SurgeRule> rules, IReadOnlyList<Cell> before, Transaction tx, CancellationToken ct)
    {
        var lately = new { BelievedSeconds = Settings.BelievedFor.TotalSeconds };
        var quoting = (await tx.List<Quoting>(CountQuoting, lately, ct)).ToLookup(row => row.CityId);
        var known = before.ToLookup(cell => (cell.CityId, cell.VehicleClass));
        var next = new List<Cell>();
        foreach (var city in rules.GroupBy(rule => rule.CityId))
        {
            var (waiting, free) = (match.Waiting(city.Key, ct), location.Free(city.Key, ct));
            await Task.WhenAll(waiting, free);
            var asking = quoting[city.Key].ToDictionary(row => new MapCell(row.Line, row.Place), row => row.Passengers);
            next.AddRange(city.SelectMany(rule => NextOf(
                rule, known[(rule.CityId, rule.VehicleClass)], new(waiting.Result.Of(rule.VehicleClass), asking, free.Result.Of(rule.VehicleClass)))));
        }

        return next;
    }

    IEnumerable<Cell> NextOf(SurgeRule rule, IEnumerable<Cell> before, CityCounts counts)
    {
        var most = Math.Min(rule.MostBasisPoints, Settings.MostBasisPoints);
        var cells = SurgeRound.Next(before.ToDictionary(cell => cell.At, cell => cell.Surge), counts, most, Settings);
        return cells.Where(cell => cell.Value.Surge != CellSurge.None).Select(cell => new Cell
        {
            CityId = rule.CityId,
            VehicleClass = rule.VehicleClass,
            Line = cell.Key.Line,
            Place = cell.Key.Place,
            SmoothedBasisPoints = cell.Value.Surge.SmoothedBasisPoints,
            MultiplierBasisPoints = cell.Value.Surge.MultiplierBasisPoints,
            Pressure = cell.Value.Pressure,
        });
    }

    static async Task Write(long round, IReadOnlyList<Cell> before, IReadOnlyList<Cell> next, Transaction tx, CancellationToken ct)
    {
        var (was, now) = (before.ToDictionary(cell => cell.Key), next.ToDictionary(cell => cell.Key));
        var changed = next.Where(cell => cell.MultiplierBasisPoints != (was.GetValueOrDefault(cell.Key)?.MultiplierBasisPoints ?? SurgeFormula.Neutral));
        var ended = before.Where(cell => cell.MultiplierBasisPoints != SurgeFormula.Neutral && !now.ContainsKey(cell.Key))
            .Select(cell => cell with { MultiplierBasisPoints = SurgeFormula.Neutral });
        await tx.Execute(Forget, null, ct);
        if (next.Count > 0) await tx.Execute(Remember, Columns(next, round), ct);
        if (changed.Concat(ended).ToList() is { Count: > 0 } changes) await tx.Execute(Record, Columns(changes, round), ct);
    }

    static object Columns(IReadOnlyList<Cell> cells, long round) => new
    {
        Round = round,
        Cities = cells.Select(cell => cell.CityId).ToArray(),
        Classes = cells.Select(cell => cell.VehicleClass.ToString()).ToArray(),
        Lines = cells.Select(cell => cell.Line).ToArray(),
        Places = cells.Select(cell => cell.Place).ToArray(),
        Smoothed = cells.Select(cell => cell.SmoothedBasisPoints).ToArray(),
        Multipliers = cells.Select(cell => cell.MultiplierBasisPoints).ToArray(),
        Waiting = cells.Select(cell => cell.Pressure.Waiting).ToArray(),
        Quoting = cells.Select(cell => cell.Pressure.Quoting).ToArray(),
        Free = cells.Select(cell => cell.Pressure.Free).ToArray(),
    };

    sealed record Round(long Number, bool Forgotten);

    sealed record Quoting(string CityId, int Line, int Place, int Passengers);

    sealed record Cell
    {
        public string CityId { get; init; } = "";
        public VehicleClass VehicleClass { get; init; }
        public int Line { get; init; }
        public int Place { get; init; }
        public int SmoothedBasisPoints { get; init; }
        public int MultiplierBasisPoints { get; init; }
        public CellPressure Pressure { get; init; }

        public MapCell At => new(Line, Place);

        public (string, VehicleClass, int, int) Key => (CityId, VehicleClass, Line, Place);

        public CellSurge Surge => new(SmoothedBasisPoints, MultiplierBasisPoints);
    }
}
