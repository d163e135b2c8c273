using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Roads.Tests;

public sealed class RoadMapTests
{
    static readonly GeoPoint TimesSquare = new(40.7580, -73.9855), UnionSquare = new(40.7359, -73.9911), Kennedy = new(40.6436, -73.7900);
    static readonly GeoPoint LaGuardia = new(40.7731, -73.8726), Williamsburg = new(40.7081, -73.9571), Monas = new(-6.1754, 106.8272);

    static readonly RoadMap Map = new();

    [Fact]
    public void Within_Manhattan_the_measured_times_count()
    {
        Assert.Equal(RoadNetwork.Manhattan.Estimate(TimesSquare, UnionSquare), Map.Estimate(TimesSquare, UnionSquare));
    }

    [Fact]
    public void To_the_airports_the_way_leads_over_bridges_and_motorways()
    {
        Assert.InRange(Map.Estimate(TimesSquare, Kennedy).DistanceMetres, 23_000, 32_000);
        Assert.InRange(Map.Estimate(LaGuardia, Kennedy).DistanceMetres, 15_000, 23_000);
        Assert.InRange(Map.Find(TimesSquare, Kennedy).DurationSeconds, 20 * 60, 60 * 60);
    }

    [Fact]
    public void The_other_bank_of_a_river_is_not_in_Manhattan()
    {
        var straight = UnionSquare.MetresTo(Williamsburg);

        Assert.True(Map.Estimate(UnionSquare, Williamsburg).DistanceMetres > straight * 1.2);
        Assert.Equal(Map.Estimate(UnionSquare, Williamsburg), RouteOf(Map.Find(UnionSquare, Williamsburg)));
    }

    [Fact]
    public void Where_there_is_no_road_the_straight_line_with_a_detour_stands_in()
    {
        GeoPoint blokM = new(-6.2443, 106.7984);

        Assert.Equal(Monas.MetresTo(blokM) * RoadNetwork.DetourFactor, Map.Estimate(Monas, blokM).DistanceMetres, 0.5);
    }

    [Fact]
    public void Many_drivers_to_one_pickup_give_what_each_alone_gives()
    {
        GeoPoint[] drivers = [TimesSquare, Kennedy, Williamsburg, UnionSquare, Monas, LaGuardia];

        foreach (var pickup in drivers)
        {
            var estimates = new RouteEstimate[drivers.Length];
            Map.ToOne(drivers, pickup, estimates);

            Assert.Equal(drivers.Select(driver => Map.Estimate(driver, pickup)), estimates);
        }
    }

    static RouteEstimate RouteOf(Route route) => new(route.DistanceMetres, route.DurationSeconds);
}
