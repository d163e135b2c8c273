using System.Diagnostics;
using Tumpang.Roads;

namespace Tumpang.Benchmarks;

/// <summary>
/// Road times in the whole city, in process: what it takes to load, to know the times from one pickup to fifty drivers and to find one way, beside a plain
/// Dijkstra on the same graph, which must give the same figures. No fleet is involved.
/// </summary>
public sealed class RoadsBenchmark : IBenchmark
{
    const int Sources = 200, Ends = 50, Seed = 2013, WarmUp = 20;
    const double LoadBarMilliseconds = 3_000, OneToManyBarMilliseconds = 2;

    public string Name => "roads";

    public Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var cache = Directory.CreateTempSubdirectory("tumpang-roads-");
        try
        {
            return Task.FromResult(Measure(cache.FullName));
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    static IReadOnlyList<Figure> Measure(string cache)
    {
        var prepared = Milliseconds(() => RoadNetwork.LoadNewYork(cache));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        RoadNetwork? network = null;
        var loaded = Milliseconds(() => network = RoadNetwork.LoadNewYork(cache));
        var megabytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / 1e6;

        var (search, plain, random) = (new RouteSearch(network!.Hierarchy), new PlainSearch(network.Graph), new Random(Seed));
        var (many, manyPlain, single, singlePlain) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Sources + WarmUp; round++)
        {
            var from = random.Next(search.NodeCount);
            var to = Enumerable.Range(0, Ends).Select(_ => random.Next(search.NodeCount)).ToArray();
            var (travels, expected) = (new Travel[Ends], new Travel[Ends]);
            many.Add(Milliseconds(() => search.OneAndMany(from, to, travels, isStart: true)));
            manyPlain.Add(Milliseconds(() => plain.Run(from, to, expected)));
            single.Add(Milliseconds(() => search.Between(from, to[0])));
            singlePlain.Add(Milliseconds(() => plain.Run(from, [to[0]], new Travel[1])));
            if (!travels.AsSpan().SequenceEqual(expected) || to.Where((end, index) => search.Between(from, end) != expected[index]).Any())
            {
                throw new InvalidOperationException($"From node {from} the hierarchy and Dijkstra do not agree.");
            }
        }

        Console.Error.WriteLine($"  {(Sources + WarmUp) * Ends} pairs, each as one of fifty and alone: the same time and distance as Dijkstra's");
        return
        [
            new("roads.prepare", prepared, "ms"),
            new("roads.load", loaded, "ms", LoadBarMilliseconds, "bar"),
            new("roads.memory", megabytes, "MB"),
            new("roads.one-to-50.p50", Median(many), "ms", OneToManyBarMilliseconds, "bar"),
            new("roads.one-to-50.speed-up", Median(manyPlain) / Median(many), "times Dijkstra"),
            new("roads.one-to-one.p50", Median(single) * 1_000, "µs"),
            new("roads.one-to-one.speed-up", Median(singlePlain) / Median(single), "times Dijkstra"),
        ];
    }

    static double Median(List<double> values) => values.Skip(WarmUp).Order().ElementAt(Sources / 2);

    static double Milliseconds(Action action)
    {
        var started = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Dijkstra's algorithm, which stops when all ends are settled.</summary>
    sealed class PlainSearch(RoadGraph graph)
    {
        readonly PriorityQueue<int, long> frontier = new();
        readonly Travel[] travel = new Travel[graph.NodeCount];
        readonly bool[] isOpen = new bool[graph.NodeCount];

        public void Run(int from, ReadOnlySpan<int> to, Span<Travel> travels)
        {
            Array.Fill(travel, Travel.Never);
            Array.Clear(isOpen);
            frontier.Clear();
            foreach (var end in to) isOpen[end] = true;
            var open = isOpen.Count(true);
            travel[from] = default;
            frontier.Enqueue(from, 0);
            while (open > 0 && frontier.TryDequeue(out var node, out var key))
            {
                if (key > travel[node].Value) continue;
                if (isOpen[node]) open--;
                foreach (ref readonly var edge in graph.Edges.AsSpan(graph.FirstEdge[node]..graph.FirstEdge[node + 1]))
                {
                    var there = travel[node] + edge.Travel;
                    if (there >= travel[edge.To]) continue;
                    travel[edge.To] = there;
                    frontier.Enqueue(edge.To, there.Value);
                }
            }

            for (var index = 0; index < to.Length; index++) travels[index] = travel[to[index]];
        }
    }
}
