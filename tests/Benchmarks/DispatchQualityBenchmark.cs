using Tumpang.Matching;

namespace Tumpang.Benchmarks;

/// <summary>
/// All 11 870 trips of the recorded rush hour under each policy, with supply at 60 to 120 % of need. Need is how many drivers the trips
/// would keep busy for the 45 minutes with a drive of two minutes to each pickup. The policies differ in mode and window only; the same
/// drivers start at the same places. Every figure is the mean of three seeds. In process, by the decisions of the service; no fleet is involved.
/// </summary>
public sealed class DispatchQualityBenchmark : IBenchmark
{
    const int DemandSeconds = 45 * 60, PickupSecondsOfNeed = 120;

    static readonly int[] Seeds = [2013, 2014, 2015];

    static readonly int[] SuppliesPerCent = [60, 80, 100, 120];

    static readonly (string Name, CityRules Rules)[] Policies =
    [
        ("nearest", Rules(DispatchMode.Nearest, 0.5)),
        ("nearest, waiting ignored", Rules(DispatchMode.Nearest, 0.5, waitedWeight: 0)),
        ("broadcast to 5", Rules(DispatchMode.Broadcast, 0.5)),
        ("batched 5 s, no penalty", Rules(DispatchMode.Batched, 5, penaltySeconds: 0)),
        ("batched 0.5 s", Rules(DispatchMode.Batched, 0.5)),
        ("batched 2 s", Rules(DispatchMode.Batched, 2)),
        ("batched 5 s", Rules(DispatchMode.Batched, 5)),
        ("batched 10 s", Rules(DispatchMode.Batched, 10)),
        ("batched 30 s", Rules(DispatchMode.Batched, 30)),
    ];

    public string Name => "dispatch-quality";

    public Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var plays = SuppliesPerCent.SelectMany(supply => Policies.Select((policy, index) => (Supply: supply, Policy: index))).ToArray();
        var bySeed = Seeds.Select(seed => Play(new RecordedCity(seed), plays, ct)).ToArray();
        ReplayResult[] results = [.. plays.Select((_, index) => ReplayResult.Mean([.. bySeed.Select(results => results[index])]))];
        return Task.FromResult<IReadOnlyList<Figure>>(
            [.. plays.SelectMany((play, index) => Figures(play.Supply, Policies[play.Policy].Name, results[index], results[index - play.Policy]))]);
    }

    static ReplayResult[] Play(RecordedCity city, (int Supply, int Policy)[] plays, CancellationToken ct)
    {
        var need = city.Trips.Sum(trip => city.Seconds(trip.Pickup, trip.DropOff) + PickupSecondsOfNeed + CityReplay.BoardingSeconds) / DemandSeconds;
        Console.Error.WriteLine($"  {city.Trips.Count} trips need {need} drivers");
        var results = new ReplayResult[plays.Length];
        Parallel.For(0, plays.Length, new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
            results[index] = new CityReplay(city, Policies[plays[index].Policy].Rules, need * plays[index].Supply / 100).Run());
        return results;
    }

    static IEnumerable<Figure> Figures(int supplyPerCent, string policy, ReplayResult result, ReplayResult nearest) =>
    [
        new($"supply {supplyPerCent} %, {policy}: pickup mean", result.MeanSeconds, "s", nearest.MeanSeconds, "nearest"),
        new($"supply {supplyPerCent} %, {policy}: pickup p95", result.P95Seconds, "s", nearest.P95Seconds, "nearest"),
        new($"supply {supplyPerCent} %, {policy}: drive mean", result.MeanDriveSeconds, "s", nearest.MeanDriveSeconds, "nearest"),
        new($"supply {supplyPerCent} %, {policy}: unserved", result.UnservedShare * 100, "%", nearest.UnservedShare * 100, "nearest"),
    ];

    // As the city's defaults, but a round may see everybody: some windows gather more than 100 requests.
    static CityRules Rules(DispatchMode mode, double windowSeconds, double? waitedWeight = null, double? penaltySeconds = null)
    {
        var rules = new CityRules { Mode = mode, DispatchWindow = TimeSpan.FromSeconds(windowSeconds), RequestsPerRound = 1_000 };
        rules.WaitedWeight = waitedWeight ?? rules.WaitedWeight;
        rules.UnmatchedPenalty = penaltySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : rules.UnmatchedPenalty;
        return rules;
    }
}
