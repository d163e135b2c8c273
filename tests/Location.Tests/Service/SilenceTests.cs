using Tumpang.Contracts;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>Phones that die. In a city that runs ten times as fast; of what takes half an hour there the time is taken off the driver's row.</summary>
[Collection<SilenceCollection>]
public sealed class SilenceTests(CompressedCity city)
{
    /// <summary>
    /// NebengJek 33: the TTL was on the shared key, so a dead driver stayed while others beat, and all vanished together after a quiet half hour.
    /// </summary>
    [Fact]
    public async Task A_dead_phone_leaves_the_pool_while_others_beat()
    {
        var place = city.FreshPlace();
        await using var dead = await city.NewDriver(place);
        await using var alive = await city.NewDriver(place);

        await Test.Until(async () =>
        {
            await alive.Report(Point(place, city.Now));
            var found = (await city.Nearby(place, 500)).Select(driver => driver.DriverId).ToList();
            Assert.Contains(alive.Id, found);
            return !found.Contains(dead.Id);
        });
        Assert.Empty(await city.Published<DriverWentOffline>(dead.Id));
        await FallSilent(dead);
        await Test.Until(async () =>
        {
            await alive.Report(Point(place, city.Now));
            return (await city.Published<DriverWentOffline>(dead.Id)).Count == 1;
        });

        Assert.Equal("Silent", (await city.Published<DriverWentOffline>(dead.Id))[0].Reason);
        Assert.Empty(await city.Published<DriverWentOffline>(alive.Id));
    }

    [Fact]
    public async Task A_driver_on_a_ride_is_never_taken_offline_for_silence()
    {
        var place = city.FreshPlace();
        await using var silent = await city.NewDriver(place);
        await using var busy = await city.NewDriver(place);
        var ride = new RideStory(busy.Id, Guid.CreateVersion7());
        await city.Publish(ride.Confirmed(city.Now));
        await Test.Until(() => city.Knows(ride.RideId));

        // Who is silent for longer is looked at first.
        await FallSilent(busy, minutes: 50);
        await FallSilent(silent);
        await Test.Until(async () => (await city.Published<DriverWentOffline>(silent.Id)).Count == 1);

        Assert.Empty(await city.Published<DriverWentOffline>(busy.Id));
    }

    /// <summary>As if so much of city time had passed since the driver was heard of; half an hour of it ends the patience.</summary>
    Task<int> FallSilent(TestDriver driver, int minutes = 31) =>
        city.Query<int>($"update location.duties set seen_at = seen_at - interval '{minutes} minutes' where driver_id = @Id returning 1", driver.Id);
}
