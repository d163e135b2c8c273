using System.Collections.Concurrent;
using Tumpang.Contracts;

namespace Tumpang.Matching.Dispatch;

/// <summary>A driver who could take a request.</summary>
/// <param name="DistanceMetres">Straight line from the driver to the pickup.</param>
/// <param name="PickupSeconds">Driving time from the driver to the pickup; with the end of the present ride before it.</param>
/// <param name="Cost">What choosing this pair costs, seconds: the driving time with the adjustments of <see cref="PairCost"/>.</param>
/// <param name="QueueRank">The driver's place in the queue of the pickup's airport or station, from 1; null outside it.</param>
/// <param name="AfterRideId">The ride that the driver must end first; null for a free driver.</param>
readonly record struct Candidate(
    Guid RideRequestId, Guid DriverId, GeoPoint DriverPosition, int DistanceMetres, double PickupSeconds, double Cost, int? QueueRank = null,
    Guid? AfterRideId = null);

/// <summary>Which driver is asked to take which request: the heart of dispatch, and free of everything else.</summary>
static class Assignment
{
    /// <summary>Costs are compared to a millisecond; whole numbers make the optimum exact.</summary>
    const double UnitsPerSecond = 1_000;

    static readonly ConcurrentBag<SparseAssignment> Solvers = [];

    /// <summary>
    /// Chooses by the city's mode. No driver is chosen twice, and nothing that is not a candidate; equal input gives equal output,
    /// whatever its order.
    /// </summary>
    public static IReadOnlyList<Candidate> Choose(IReadOnlyCollection<Candidate> candidates, CityRules rules) => rules.Mode switch
    {
        DispatchMode.Batched => LeastInAll(candidates, rules.UnmatchedPenalty),
        _ => CheapestFirst(candidates, rules.OffersPerRequest),
    };

    /// <summary>
    /// Takes the cheapest pair of all, then the cheapest of what is left, until no request or no driver is. No request more
    /// than <paramref name="driversPerRequest"/> times.
    /// </summary>
    public static IReadOnlyList<Candidate> CheapestFirst(IReadOnlyCollection<Candidate> candidates, int driversPerRequest)
    {
        var chosen = new List<Candidate>();
        var drivers = new HashSet<Guid>();
        var asked = new Dictionary<Guid, int>();
        // Ids break ties.
        foreach (var pair in candidates.OrderBy(pair => pair.Cost).ThenBy(pair => pair.RideRequestId).ThenBy(pair => pair.DriverId))
        {
            var soFar = asked.GetValueOrDefault(pair.RideRequestId);
            if (soFar < driversPerRequest && drivers.Add(pair.DriverId))
            {
                asked[pair.RideRequestId] = soFar + 1;
                chosen.Add(pair);
            }
        }

        return chosen;
    }

    /// <summary>
    /// One driver for each request, so that all of them together cost the least. A request that is left over costs
    /// <paramref name="unmatchedPenalty"/>; at a penalty of zero the most requests are served, and among those ways the cheapest is taken.
    /// </summary>
    public static IReadOnlyList<Candidate> LeastInAll(IReadOnlyCollection<Candidate> candidates, TimeSpan unmatchedPenalty)
    {
        if (candidates.Count == 0)
        {
            return [];
        }

        var solver = Solvers.TryTake(out var used) ? used : new SparseAssignment();
        try
        {
            return Solve(solver, [.. candidates.OrderBy(pair => pair.RideRequestId).ThenBy(pair => pair.DriverId)], unmatchedPenalty);
        }
        finally
        {
            Solvers.Add(solver);
        }
    }

    static List<Candidate> Solve(SparseAssignment solver, Candidate[] sorted, TimeSpan unmatchedPenalty)
    {
        var penalty = unmatchedPenalty > TimeSpan.Zero ? Units(unmatchedPenalty.TotalSeconds) : PenaltyBeyondAllCosts(sorted);
        var drivers = new Dictionary<Guid, int>(sorted.Length);
        foreach (var pair in sorted)
        {
            drivers.TryAdd(pair.DriverId, drivers.Count);
        }

        solver.Begin(drivers.Count);
        for (var index = 0; index < sorted.Length; index++)
        {
            if (index == 0 || sorted[index].RideRequestId != sorted[index - 1].RideRequestId)
            {
                solver.AddRequest(penalty);
            }

            solver.AddPair(drivers[sorted[index].DriverId], Units(sorted[index].Cost));
        }

        solver.Solve();
        var chosen = new List<Candidate>(solver.Requests);
        for (var request = 0; request < solver.Requests; request++)
        {
            if (solver.PairOf(request) is { } pair)
            {
                chosen.Add(sorted[pair]);
            }
        }

        return chosen;
    }

    /// <summary>So much that no rearrangement of all requests saves what serving one more costs.</summary>
    static long PenaltyBeyondAllCosts(Candidate[] sorted)
    {
        var (least, most, requests) = (long.MaxValue, long.MinValue, 1L);
        for (var index = 0; index < sorted.Length; index++)
        {
            var cost = Units(sorted[index].Cost);
            (least, most) = (Math.Min(least, cost), Math.Max(most, cost));
            requests += index > 0 && sorted[index].RideRequestId != sorted[index - 1].RideRequestId ? 1 : 0;
        }

        return most + ((most - least + 1) * (requests + 1));
    }

    static long Units(double seconds) => (long)Math.Round(seconds * UnitsPerSecond);
}
