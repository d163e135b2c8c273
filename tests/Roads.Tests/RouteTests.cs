using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Roads.Tests;

public sealed class RouteTests
{
    static readonly GeoPoint TimesSquare = new(40.7580, -73.9855);
    static readonly GeoPoint UnionSquare = new(40.7359, -73.9911);

    [Fact]
    public void A_route_goes_from_door_to_door_and_adds_up()
    {
        var route = RoadNetwork.Manhattan.Find(TimesSquare, UnionSquare);

        Assert.Equal(TimesSquare, route.Points[0].Position);
        Assert.Equal(UnionSquare, route.Points[^1].Position);
        Assert.Equal(route.DistanceMetres, route.Points[^1].MetresFromStart, 0.51);
        Assert.Equal(route.DurationSeconds, route.Points[^1].SecondsFromStart, 0.51);
        Assert.All(route.Points.Zip(route.Points.Skip(1)), pair => Assert.True(pair.First.SecondsFromStart <= pair.Second.SecondsFromStart));
        Assert.InRange(route.DistanceMetres, 2_500, 4_500);
        Assert.Equal(new RouteEstimate(route.DistanceMetres, route.DurationSeconds), RoadNetwork.Manhattan.Estimate(TimesSquare, UnionSquare));
    }

    [Fact]
    public void A_car_moves_along_its_route_and_stays_at_the_end()
    {
        var route = RoadNetwork.Manhattan.Find(TimesSquare, UnionSquare);
        var bend = route.Points[route.Points.Count / 2];

        Assert.Equal(TimesSquare, route.PositionAt(TimeSpan.FromSeconds(-1)));
        Assert.Equal(0, bend.Position.MetresTo(route.PositionAt(TimeSpan.FromSeconds(bend.SecondsFromStart))), 0.01);
        Assert.Equal(UnionSquare, route.PositionAt(TimeSpan.FromHours(5)));
    }

    [Fact]
    public void Outside_the_graph_the_straight_line_with_a_detour_stands_in()
    {
        GeoPoint monas = new(-6.1754, 106.8272), blokM = new(-6.2443, 106.7984);

        var route = RoadNetwork.Manhattan.Find(monas, blokM);

        var metres = monas.MetresTo(blokM) * 1.27;
        Assert.Equal(metres, route.DistanceMetres, 0.5);
        Assert.Equal(metres / (25 / 3.6), route.DurationSeconds, 0.5);
        Assert.Equal([monas, blokM], route.Points.Select(point => point.Position));
    }

    [Fact]
    public void A_route_to_where_one_stands_is_nothing()
    {
        Assert.Equal(new RouteEstimate(0, 0), RoadNetwork.Manhattan.Estimate(TimesSquare, TimesSquare));
    }
}
