using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Drivers who are about to end a ride are promised to the next passenger: one each, and whatever is told in whatever order, nobody is on two rides.</summary>
public sealed class ForwardDispatchTests(MatchFleet fleet)
{
    [Fact]
    public async Task A_driver_who_is_about_to_end_a_ride_is_promised_the_next_one()
    {
        var (city, first, driver, present) = await OnARide();
        var passenger = await city.Passenger();
        await NearsEnd(present, first, driver, inSeconds: 60);

        var id = await passenger.Requests();
        var offer = await driver.GetsAnOffer();
        var next = (await driver.Accept(offer.OfferId)).Body.RideId!.Value;

        Assert.Equal(present, offer.AfterRideId);
        Assert.Equal(nameof(RideRequestStatus.Matched), (await passenger.See(id)).Status);
        Assert.Equal(present, Assert.Single(await RideOf(driver)));
        await End(present, first, driver);
        await Eventually.Is(next, async () => (await RideOf(driver)).SingleOrDefault());
        await End(next, passenger, driver);
        await AreFree(driver.Id, first.Id, passenger.Id);
    }

    [Fact]
    public async Task Who_is_promised_gone_offline_or_far_from_done_is_not_asked()
    {
        var (city, first, driver, present) = await OnARide();
        var passengers = await city.Passengers(3);

        await NearsEnd(present, first, driver, inSeconds: 900);
        var early = await passengers[0].Requests();
        await LooksInVain(passengers[0], early);
        await NearsEnd(present, first, driver, inSeconds: 60, version: 11);
        await driver.TakesAnOffer();
        var second = await passengers[1].Requests();
        await LooksInVain(passengers[1], second);
        await passengers[1].Cancel(second);

        var (_, other, leaving, last) = await OnARide(city, passengers[2]);
        await NearsEnd(last, other, leaving, inSeconds: 60);
        await leaving.GoOffline();
        await Eventually.Is(0L, () => fleet.Count("match.busy_parties where user_id = @Id and free_at is not null", new { leaving.Id }));
        await LooksInVain(passengers[1], await passengers[1].Requests());
    }

    [Fact]
    public async Task However_acceptance_and_end_of_the_ride_before_meet_the_driver_is_on_the_next_ride()
    {
        var city = fleet.City(CityKind.Plain);
        for (var round = 0; round < 15; round++)
        {
            var (_, first, driver, present) = await OnARide(city);
            var passenger = await city.Passenger();
            await NearsEnd(present, first, driver, inSeconds: 30);
            await passenger.Requests();
            var offer = await driver.GetsAnOffer();

            var ending = Task.Run(() => End(present, first, driver), TestContext.Current.CancellationToken);
            await Task.Delay(round, TestContext.Current.CancellationToken);
            var next = (await driver.Accept(offer.OfferId)).Body.RideId!.Value;
            await ending;

            await Eventually.Is(next, async () => (await RideOf(driver)).SingleOrDefault());
            Assert.Equal(0, await fleet.Count("match.next_rides where driver_id = @Id", new { driver.Id }));
        }
    }

    [Fact]
    public async Task However_the_ends_of_both_rides_meet_everybody_is_free()
    {
        var city = fleet.City(CityKind.Plain);
        for (var round = 0; round < 15; round++)
        {
            var (_, first, driver, present) = await OnARide(city);
            var passenger = await city.Passenger();
            await NearsEnd(present, first, driver, inSeconds: 30);
            var request = await passenger.Requests();
            var next = await driver.TakesAnOffer();

            await Task.WhenAll(
                fleet.Tell(Cancelled(next, request, passenger, driver), Cancelled(next, request, passenger, driver)),
                End(present, first, driver), fleet.Tell(Cancelled(next, request, passenger, driver)), End(present, first, driver));

            await AreFree(driver.Id, first.Id, passenger.Id);
            Assert.Equal(0, await fleet.Count("match.next_rides where driver_id = @Id", new { driver.Id }));
        }
    }

    [Fact]
    public async Task A_passenger_who_refuses_the_driver_takes_the_promise_back()
    {
        var city = fleet.City(CityKind.BothConfirm);
        var passengers = await city.Passengers(2);
        var driver = await city.Driver();
        var first = await passengers[0].Requests();
        await driver.Accept((await driver.GetsAnOffer()).OfferId);
        await passengers[0].Confirm(first, accept: true);
        driver.LeavesThePool();
        var present = (await passengers[0].Sees(first, RideRequestStatus.Matched)).RideId!.Value;
        await NearsEnd(present, passengers[0], driver, inSeconds: 60);

        var second = await passengers[1].Requests();
        await driver.Accept((await driver.GetsAnOffer()).OfferId);
        Assert.Equal(1, await fleet.Count("match.next_rides where driver_id = @Id", new { driver.Id }));
        await passengers[1].Confirm(second, accept: false);

        Assert.Equal(0, await fleet.Count("match.next_rides where driver_id = @Id", new { driver.Id }));
        Assert.Equal(present, Assert.Single(await RideOf(driver)));
        Assert.Equal(0, await fleet.Busy(passengers[1].Id));
    }

    [Fact]
    public void The_rest_of_the_ride_and_its_uncertainty_count_like_driving()
    {
        var rules = new CityRules();
        var request = new WaitingRequest(Guid.CreateVersion7(), Guid.CreateVersion7(), 40.75, -73.98, 40.72, -74.00, 1_250, "USD", Samples.Now, Samples.Now.AddMinutes(3), null, "");
        var free = new NearbyDriver(Guid.CreateVersion7(), new(40.751, -73.98), 111, Samples.Now);
        var ending = free with { DriverId = Guid.CreateVersion7(), AfterRideId = Guid.CreateVersion7(), FreeInSeconds = 45 };

        var pairs = PairCost.Candidates(request, [free, ending], [60, 60], rules, Samples.Now).ToList();

        Assert.Equal((60.0, 60.0, (Guid?)null), (pairs[0].PickupSeconds, pairs[0].Cost, pairs[0].AfterRideId));
        Assert.Equal((105.0, 135.0, ending.AfterRideId), (pairs[1].PickupSeconds, pairs[1].Cost, pairs[1].AfterRideId));
    }

    /// <summary>A driver on a ride, out of the pool as location would have it.</summary>
    Task<(TestCity City, Passenger Passenger, Driver Driver, Guid RideId)> OnARide() => OnARide(fleet.City(CityKind.Plain));

    static async Task<(TestCity City, Passenger Passenger, Driver Driver, Guid RideId)> OnARide(TestCity city, Passenger? passenger = null)
    {
        passenger ??= await city.Passenger();
        var driver = await city.Driver();
        await passenger.Requests();
        var rideId = await driver.TakesAnOffer();
        driver.LeavesThePool();
        return (city, passenger, driver, rideId);
    }

    async Task NearsEnd(Guid rideId, Passenger passenger, Driver driver, int inSeconds, long version = 10)
    {
        await fleet.Tell(new RideNearsEnd(rideId, passenger.Id, driver.Id, TestCity.Now.AddSeconds(inSeconds), driver.Position) { OccurredAt = TestCity.Now, Version = version });
        await Eventually.Is(1L, () => fleet.Count("match.busy_parties where user_id = @Id and ends_version = @version", new { driver.Id, version }));
    }

    /// <summary>Rounds have looked at the request, and nobody was asked.</summary>
    async Task LooksInVain(Passenger passenger, Guid rideRequestId)
    {
        var searches = fleet.Location.SearchesIn(passenger.CityId);
        await Eventually.Holds(() => Task.FromResult(fleet.Location.SearchesIn(passenger.CityId) >= searches + 3 ? passenger : null));
        Assert.Equal(nameof(RideRequestStatus.Searching), (await passenger.See(rideRequestId)).Status);
    }

    Task<IReadOnlyList<Guid>> RideOf(Driver driver) => fleet.Rows<Guid>("select ride_id from match.busy_parties where user_id = @Id", new { driver.Id });

    Task AreFree(params Guid[] users) => Eventually.Is(0L, () => fleet.Busy(users));

    Task End(Guid rideId, Passenger passenger, Driver driver) => fleet.Tell(
        new RideCompleted(rideId, passenger.Id, driver.Id, driver.Position, TestCity.Now, TestCity.Now, 10_000) { OccurredAt = TestCity.Now, Version = 4 });

    static RideCancelled Cancelled(Guid rideId, Guid rideRequestId, Passenger passenger, Driver driver) =>
        new(rideId, rideRequestId, passenger.Id, driver.Id, Party.Passenger, "changed-mind", RideStatus.Queued, TestCity.Now, Guid.CreateVersion7(),
            new(passenger.PaymentMethodId, PaymentMethodKind.Card))
        {
            OccurredAt = TestCity.Now,
            Version = 2,
        };
}
