using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>
/// All roads that are known: measured times where both ends lie in Manhattan, usual speeds in the rest of New York, and the straight line with
/// a detour everywhere else. Safe for any number of threads.
/// </summary>
public sealed class RoadMap
{
    /// <summary>Manhattan's own graph is asked for places that lie about as near to its crossings as to any other; across a river they do not.</summary>
    const double ShoreMetres = 100;

    readonly RoadNetwork manhattan = RoadNetwork.Manhattan;
    readonly RoadNetwork newYork;

    /// <summary>Loads both graphs.</summary>
    /// <param name="cacheDirectory">Where prepared graphs are kept; null prepares them anew, which takes about two seconds.</param>
    public RoadMap(string? cacheDirectory = null) => newYork = RoadNetwork.LoadNewYork(cacheDirectory);

    /// <inheritdoc cref="RoadNetwork.Find"/>
    public Route Find(GeoPoint from, GeoPoint to) => NetworkOf(from, to).Find(from, to);

    /// <inheritdoc cref="RoadNetwork.Estimate"/>
    public RouteEstimate Estimate(GeoPoint from, GeoPoint to) => NetworkOf(from, to).Estimate(from, to);

    /// <inheritdoc cref="RoadNetwork.ToOne"/>
    public void ToOne(ReadOnlySpan<GeoPoint> from, GeoPoint to, Span<RouteEstimate> estimates)
    {
        if (!IsInManhattan(to))
        {
            newYork.ToOne(from, to, estimates);
            return;
        }

        manhattan.ToOne(from, to, estimates);
        for (var index = 0; index < from.Length; index++)
        {
            if (!IsInManhattan(from[index])) estimates[index] = newYork.Estimate(from[index], to);
        }
    }

    RoadNetwork NetworkOf(GeoPoint from, GeoPoint to) => IsInManhattan(from) && IsInManhattan(to) ? manhattan : newYork;

    bool IsInManhattan(GeoPoint point) =>
        manhattan.MetresToCrossing(point) is { } metres && !(newYork.MetresToCrossing(point) + ShoreMetres < metres);
}
