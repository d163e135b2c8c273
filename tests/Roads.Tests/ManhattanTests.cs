using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Roads.Tests;

/// <summary>The graph that ships with the fleet, and searches on it held against plain, slow references.</summary>
public sealed class ManhattanTests
{
    static readonly RoadNetwork Manhattan = RoadNetwork.Manhattan;

    [Fact]
    public void The_whole_graph_is_loaded()
    {
        Assert.Equal(3_873, Manhattan.Graph.NodeCount);
        Assert.Equal(8_810, Manhattan.Graph.Edges.Length);
    }

    [Fact]
    public void Every_speed_lies_between_5_and_80_kilometres_per_hour()
    {
        Assert.All(Manhattan.Graph.Edges, edge => Assert.InRange(edge.Travel.Metres / edge.Travel.Seconds * 3.6, 4.95, 80.05));
    }

    [Theory]
    [InlineData(1_000, 3_600, 720)]
    [InlineData(1_000, 10, 45)]
    [InlineData(1_000, 120, 120)]
    public void A_speed_outside_the_plausible_range_is_clamped(double metres, double measuredSeconds, double expectedSeconds)
    {
        Assert.Equal(expectedSeconds, RoadData.Edge(0, 1, metres, measuredSeconds).Travel.Seconds, 9);
    }

    [Fact]
    public void Every_crossing_reaches_every_other()
    {
        Assert.DoesNotContain(Travel.Never, Reference.From(Manhattan.Graph, 0));
        Assert.DoesNotContain(Travel.Never, Reference.From(Manhattan.Graph.Reversed(), 0));
    }

    [Fact]
    public void The_nearest_crossing_is_the_nearest_of_all()
    {
        var random = new Random(42);

        for (var round = 0; round < 2_000; round++)
        {
            var point = new GeoPoint(40.6 + (random.NextDouble() * 0.4), -74.15 + (random.NextDouble() * 0.4));
            var nearest = double.PositiveInfinity;
            foreach (var position in Manhattan.Graph.Positions) nearest = Math.Min(nearest, position.MetresTo(point));

            Assert.Equal(nearest, Manhattan.NearestCrossing(point).MetresTo(point), nearest * 0.001);
        }
    }

    [Fact]
    public void Searches_from_many_threads_do_not_disturb_each_other()
    {
        var random = new Random(3);
        var trips = Enumerable.Range(0, 500).Select(_ => (From: SomewhereIn(random), To: SomewhereIn(random))).ToArray();
        var alone = trips.Select(trip => Manhattan.Estimate(trip.From, trip.To)).ToArray();
        var together = new RouteEstimate[trips.Length];

        Parallel.For(0, trips.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, index =>
            together[index] = Manhattan.Estimate(trips[index].From, trips[index].To));

        Assert.Equal(alone, together);
    }

    static GeoPoint SomewhereIn(Random random) => Manhattan.Graph.Positions[random.Next(Manhattan.Graph.NodeCount)] switch
    {
        var near => new GeoPoint(near.Latitude + (random.NextDouble() * 0.001), near.Longitude + (random.NextDouble() * 0.001)),
    };
}
