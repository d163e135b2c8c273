using Tumpang.Contracts;
using Tumpang.Roads;

namespace Tumpang.Matching.Dispatch;

/// <summary>How long drivers take to a pickup: along the roads where there is a graph, else by the straight line with a detour.</summary>
static class PickupTimes
{
    /// <summary>Seconds of driving from each driver to the pickup, in the drivers' order.</summary>
    public static double[] Seconds(RoadNetwork roads, IReadOnlyList<GeoPoint> drivers, GeoPoint pickup)
    {
        var seconds = new double[drivers.Count];
        for (var index = 0; index < seconds.Length; index++)
        {
            seconds[index] = roads.Estimate(drivers[index], pickup).DurationSeconds;
        }

        return seconds;
    }
}
