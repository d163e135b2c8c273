using Tumpang.Simulator;
using Xunit;

namespace Tumpang.FleetTests;

/// <summary>The demo in small: recorded trips, real phones, the public gateway.</summary>
public sealed class RushHourTests(FleetUnderTest fleet)
{
    /// <summary>Every phone ends its evening without an error that no rule explains, and the books and the tables agree.</summary>
    [Fact]
    public async Task Everybody_is_driven_billed_and_charged()
    {
        var city = fleet.NewCity();
        var rush = new RushHour(city, new RushPlan(Minutes: 1, TripsPerMinute: 40, Drivers: 120, Seed: 7, LongestTripMetres: 1_500, UndecidedOneIn: 10));

        await rush.Run(TestContext.Current.CancellationToken);

        Assert.Empty(city.Measured.Errors);
        Assert.All(rush.Passengers, passenger => Assert.True(passenger.IsOver, $"a passenger is still {passenger.State}"));
        Assert.True(city.Measured.CountOf("ended paid") >= 30, $"only {city.Measured.CountOf("ended paid")} of 40 were driven and paid");
        Assert.True(city.Measured.CountOf("other ways") >= 1, "nobody went another way");
        Assert.True(city.Measured.CountOf("tips") >= 1, "nobody tipped");
        await fleet.AssertInvariantsHold();
    }

    /// <summary>The seed decides everything that the city itself decides.</summary>
    [Fact]
    public void The_same_seed_makes_the_same_city()
    {
        var (once, again) = (CityData.Trips(5, 20, double.PositiveInfinity, new Random(3)), CityData.Trips(5, 20, double.PositiveInfinity, new Random(3)));

        Assert.Equal(once, again);
        Assert.NotEqual(once, CityData.Trips(5, 20, double.PositiveInfinity, new Random(4)));
    }
}
