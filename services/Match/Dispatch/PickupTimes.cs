using Tumpang.Contracts;
using Tumpang.Roads;

namespace Tumpang.Matching.Dispatch;

/// <summary>How long drivers take to a pickup: along the roads where there is a graph, else by the straight line with a detour.</summary>
static class PickupTimes
{
    /// <summary>Seconds of driving from each driver to the pickup, in the drivers' order.</summary>
    public static double[] Seconds(RoadMap roads, ReadOnlySpan<GeoPoint> drivers, GeoPoint pickup)
    {
        var estimates = new RouteEstimate[drivers.Length];
        roads.ToOne(drivers, pickup, estimates);
        return Array.ConvertAll(estimates, estimate => (double)estimate.DurationSeconds);
    }
}
