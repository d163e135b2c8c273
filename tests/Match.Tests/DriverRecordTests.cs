using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>What dispatch remembers of drivers, and how it weighs.</summary>
public sealed class DriverRecordTests(MatchFleet fleet)
{
    [Fact]
    public void What_is_not_known_weighs_nothing()
    {
        var rules = new CityRules();

        Assert.Equal(0, PairCost.Seconds(default(DriverRecord), rules, Samples.Now));
        Assert.Equal(0, PairCost.Seconds(new DriverRecord(4, 0, 0, Samples.Now.AddMinutes(1)), rules, Samples.Now));
    }

    [Fact]
    public void Idle_drivers_come_nearer_and_unreliable_ones_go_further_away()
    {
        var rules = new CityRules { IdleWeight = 0.1, RefusalPenalty = TimeSpan.FromSeconds(60), CancellationPenalty = TimeSpan.FromSeconds(100) };

        Assert.Equal(-60, PairCost.Seconds(new DriverRecord(0, 0, 0, Samples.Now.AddMinutes(-10)), rules, Samples.Now), 6);
        Assert.Equal(-180, PairCost.Seconds(new DriverRecord(0, 0, 0, Samples.Now.AddDays(-1)), rules, Samples.Now), 6);
        Assert.Equal(30 + 20, PairCost.Seconds(new DriverRecord(20, 10, 2, null), rules, Samples.Now), 6);
    }

    [Fact]
    public async Task Answers_and_the_end_of_a_ride_are_remembered()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        await passengers[0].Requests();
        await driver.Decline((await driver.GetsAnOffer()).OfferId);
        var rideRequestId = await passengers[1].Requests();
        var rideId = await driver.TakesAnOffer();
        var endedAt = TestCity.Now;

        await fleet.Tell(new RideCancelled(
            rideId, rideRequestId, passengers[1].Id, driver.Id, Party.Driver, "changed-mind", RideStatus.DriverAssigned, endedAt, Guid.CreateVersion7(),
            new(passengers[1].PaymentMethodId, PaymentMethodKind.Card))
        { OccurredAt = endedAt, Version = 2 });

        await Eventually.Is(1L, () => fleet.Count(
            "match.driver_records where driver_id = @Id and (answered, accepted, cancelled) = (2, 1, 1)", new { driver.Id }));
        Assert.Equal(1, await fleet.Count("match.driver_records where driver_id = @Id and free_since is not null", new { driver.Id }));

        await driver.GoOffline();

        await Eventually.Is(1L, () => fleet.Count("match.driver_records where driver_id = @Id and free_since is null", new { driver.Id }));
    }
}
