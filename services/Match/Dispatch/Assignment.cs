using Tumpang.Contracts;

namespace Tumpang.Matching.Dispatch;

/// <summary>A driver who could take a request.</summary>
/// <param name="DistanceMetres">Straight line from the driver to the pickup.</param>
/// <param name="Cost">What choosing this pair costs, metres: the distance, less a credit for the time that the request has waited.</param>
readonly record struct Candidate(Guid RideRequestId, Guid DriverId, GeoPoint DriverPosition, int DistanceMetres, double Cost);

/// <summary>Which driver is asked to take which request: the heart of dispatch, and free of everything else.</summary>
static class Assignment
{
    /// <summary>
    /// Takes the cheapest pair of all, then the cheapest of what is left, until no request or no driver is. No driver is chosen twice,
    /// no request more than <paramref name="driversPerRequest"/> times, and nothing that is not a candidate.
    /// </summary>
    public static IReadOnlyList<Candidate> CheapestFirst(IReadOnlyCollection<Candidate> candidates, int driversPerRequest)
    {
        var chosen = new List<Candidate>();
        var drivers = new HashSet<Guid>();
        var asked = new Dictionary<Guid, int>();
        // Ids break ties, so that equal input gives equal output whatever its order.
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
}
