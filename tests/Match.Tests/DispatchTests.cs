using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Dispatch when something fails. Runs alone: a circuit that opens is open for every city of that copy.</summary>
[Collection(nameof(DispatchTests))]
[CollectionDefinition(nameof(DispatchTests), DisableParallelization = true)]
public sealed class DispatchTests(MatchFleet fleet)
{
    [Fact]
    public async Task While_location_is_silent_requests_wait_and_then_go_on()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        fleet.Location.GoSilent(city.Id);

        var rideRequestId = await passenger.Requests();
        await Eventually.Is(true, () => Task.FromResult(fleet.Location.RefusedIn(city.Id) > 5));
        var meanwhile = await passenger.See(rideRequestId);
        fleet.Location.Recover(city.Id);
        var offer = await driver.GetsAnOffer();

        Assert.Equal(nameof(RideRequestStatus.Searching), meanwhile.Status);
        Assert.Equal(rideRequestId, offer.RideRequestId);
    }

    [Fact]
    public async Task The_lease_of_a_copy_that_died_runs_out()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        await fleet.Rows<int>("""
            insert into match.zone_leases (city_id, vehicle_class, holder, fencing_token, leased_until, next_round_at)
            values (@Id, 'Standard', gen_random_uuid(), 7, now() + interval '1 second', now())
            """, new { city.Id });

        var rideRequestId = await passenger.Requests();
        var offer = await driver.GetsAnOffer();

        Assert.Equal(rideRequestId, offer.RideRequestId);
        Assert.Equal([true], await fleet.Rows<bool>("select fencing_token > 7 from match.zone_leases where city_id = @Id", new { city.Id }));
    }

    [Fact]
    public async Task A_zone_is_dispatched_at_most_once_per_window_by_all_copies_together()
    {
        var city = fleet.City(CityKind.Plain);
        await (await city.Passenger()).Requests();
        await Eventually.Is(true, () => Task.FromResult(fleet.Location.SearchesIn(city.Id) > 0));
        var (from, started) = (fleet.Location.SearchesIn(city.Id), System.Diagnostics.Stopwatch.GetTimestamp());

        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        await Eventually.Is(true, () => Task.FromResult(fleet.Location.SearchesIn(city.Id) > from));

        // Windows of 100 ms; two copies, each woken four times a second. Nobody is there to be asked. One search may have been on its way at the first look.
        var rounds = fleet.Location.SearchesIn(city.Id) - from;
        var windows = System.Diagnostics.Stopwatch.GetElapsedTime(started) / TimeSpan.FromMilliseconds(100);
        Assert.InRange(rounds, 1, (int)windows + 2);
    }
}
