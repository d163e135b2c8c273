using System.Diagnostics;
using Tumpang.Matching.Dispatch;

namespace Tumpang.Benchmarks;

/// <summary>
/// The solver of dispatch on cities of growing size: requests and drivers strewn over a square of the same density, 20 nearest drivers per request,
/// the most requests served first. The optimum of every size is checked by its prices, outside the measured part. No fleet is involved.
/// </summary>
public sealed class AssignmentBenchmark : IBenchmark
{
    const int CandidatesPerRequest = 20, Runs = 9, Seed = 2013;
    const double DriversPerRequest = 2.5, ScarceDriversPerRequest = 0.6, BarMilliseconds = 100, MetresBetweenRequests = 150, SecondsPerMetre = 1.27 / (25 / 3.6);

    static readonly int[] Sizes = [500, 1_000, 2_000, 5_000, 10_000, 20_000];

    public string Name => "assignment";

    public Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var figures = new List<Figure>();
        foreach (var size in Sizes)
        {
            figures.Add(Median(size, DriversPerRequest));
            figures.Add(Median(size, ScarceDriversPerRequest));
        }

        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    static Figure Median(int requests, double driversPerRequest)
    {
        var drivers = (int)(requests * driversPerRequest);
        var pairs = Strew(requests, drivers, new Random(Seed));
        var solver = new SparseAssignment();
        var milliseconds = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            Solve(solver, pairs, drivers);
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        if (!solver.IsProvenOptimal())
        {
            throw new InvalidOperationException($"The assignment of {requests} requests is not optimal.");
        }

        var served = Enumerable.Range(0, requests).Count(request => solver.PairOf(request) is not null);
        Console.Error.WriteLine($"  {requests} requests, {drivers} drivers, {solver.Pairs} pairs: {served} served, proven optimal");

        // The first run warms up and does not count.
        var median = milliseconds.Skip(1).Order().ElementAt(Runs / 2);
        return requests == 2_000
            ? new($"assignment.{requests}x{drivers}", median, "ms", BarMilliseconds, "bar")
            : new($"assignment.{requests}x{drivers}", median, "ms");
    }

    static void Solve(SparseAssignment solver, (int Driver, long Cost)[][] pairs, int drivers)
    {
        var penalty = (pairs.SelectMany(some => some).Max(pair => pair.Cost) + 1) * (pairs.Length + 2);
        solver.Begin(drivers);
        foreach (var some in pairs)
        {
            solver.AddRequest(penalty);
            foreach (var (driver, cost) in some)
            {
                solver.AddPair(driver, cost);
            }
        }

        solver.Solve();
    }

    static (int Driver, long Cost)[][] Strew(int requests, int drivers, Random random)
    {
        var side = MetresBetweenRequests * Math.Sqrt(requests);
        var places = Enumerable.Range(0, drivers).Select(_ => (X: random.NextDouble() * side, Y: random.NextDouble() * side)).ToArray();
        // Cells of about as many drivers as a request looks for: the nine around it hold them all but at the rim.
        var cell = side / Math.Max(1, Math.Floor(Math.Sqrt((double)drivers / CandidatesPerRequest)));
        var cells = Enumerable.Range(0, drivers).ToLookup(driver => ((int)(places[driver].X / cell), (int)(places[driver].Y / cell)));
        return [.. Enumerable.Range(0, requests).Select(_ => Nearest(random.NextDouble() * side, random.NextDouble() * side))];

        (int Driver, long Cost)[] Nearest(double x, double y)
        {
            var (column, row) = ((int)(x / cell), (int)(y / cell));
            return [.. Enumerable.Range(column - 1, 3).SelectMany(c => Enumerable.Range(row - 1, 3).SelectMany(r => cells[(c, r)]))
                .Select(driver => (Driver: driver, Metres: double.Hypot(places[driver].X - x, places[driver].Y - y)))
                .OrderBy(near => near.Metres).Take(CandidatesPerRequest).Select(near => (near.Driver, (long)(near.Metres * SecondsPerMetre * 1_000)))];
        }
    }
}
