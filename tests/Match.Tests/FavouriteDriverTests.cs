using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>A driver whom the passenger would like again counts as nearer.</summary>
public sealed class FavouriteDriverTests(MatchFleet fleet)
{
    [Fact]
    public void A_favourite_is_nearer_for_their_passenger_and_for_nobody_else()
    {
        var rules = new CityRules { FavouriteCredit = TimeSpan.FromSeconds(45) };
        var (fan, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        Assert.Equal(-45, PairCost.Seconds(fan, $"{Guid.CreateVersion7()},{fan}", rules));
        Assert.Equal(0, PairCost.Seconds(other, $"{fan}", rules));
        Assert.Equal(0, PairCost.Seconds(fan, null, rules));
    }

    [Fact]
    public async Task Of_two_drivers_the_favourite_is_asked_though_further_away()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        await Hear(Added(passenger, drivers[1], 1));

        await passenger.Requests();

        await drivers[1].GetsAnOffer();
        Assert.False((await drivers[0].CurrentOffer()).Succeeded);
    }

    [Fact]
    public async Task A_removal_that_overtakes_its_addition_holds_and_so_does_the_latest_of_all()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));

        await Hear(Removed(passenger, drivers[1], 2));
        await Hear(Added(passenger, drivers[1], 1));
        await Hear(Added(passenger, drivers[0], 5));
        await Hear(Removed(passenger, drivers[0], 4));

        Assert.Equal([drivers[0].Id], await fleet.Rows<Guid>(
            "select driver_id from match.favourite_drivers where passenger_id = @Id and not removed", new { passenger.Id }));
    }

    static FavouriteDriverAdded Added(Passenger passenger, Driver driver, long version) => new(passenger.Id, driver.Id) { OccurredAt = TestCity.Now, Version = version };

    static FavouriteDriverRemoved Removed(Passenger passenger, Driver driver, long version) => new(passenger.Id, driver.Id) { OccurredAt = TestCity.Now, Version = version };

    async Task Hear(Event told)
    {
        await fleet.Tell(told);
        await Eventually.Is(1L, () => fleet.Count("match.inbox where event_id = @EventId", new { told.EventId }));
    }
}
