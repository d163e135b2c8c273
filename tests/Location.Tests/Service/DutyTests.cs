using System.Net;
using System.Net.Http.Json;
using Tumpang.Contracts;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>Who can be offered a ride: online and not busy, whatever happens to Redis and in whatever order news comes.</summary>
[Collection<LocationCollection>]
public sealed class DutyTests(LocationCity city)
{
    [Fact]
    public async Task Somebody_who_is_not_approved_cannot_go_online()
    {
        using var driver = city.Client(Guid.CreateVersion7(), "driver");

        var answer = await driver.PutAsJsonAsync("/v1/me/availability", new { online = true, position = TimesSquare }, Test.Ct);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    [Fact]
    public async Task A_driver_goes_online_where_there_is_service()
    {
        await using var driver = await city.NewDriver(city.FreshPlace());

        var elsewhere = await driver.Http.PutAsJsonAsync("/v1/me/availability", new { online = true, position = new GeoPoint(51.5, -0.1) }, Test.Ct);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, elsewhere.StatusCode);
    }

    [Fact]
    public async Task Going_online_twice_is_told_once()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);

        await driver.GoOnline(place);

        Assert.Single(await city.Published<DriverCameOnline>(driver.Id));
    }

    [Fact]
    public async Task A_suspended_driver_is_not_offered_and_an_older_approval_changes_nothing()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);

        await city.Publish(new DriverSuspended(driver.Id, "documents") { OccurredAt = city.Now, Version = 3 });
        await Test.Until(async () => (await city.Nearby(place, 500)).Count == 0);
        await city.Publish(RideStory.Approved(driver.Id, VehicleClass.Standard, city.Now) with { Version = 2 });

        var answer = await driver.Http.PutAsJsonAsync("/v1/me/availability", new { online = true, position = place }, Test.Ct);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
    }

    /// <summary>Anchors 2.3 item 2: a position ping during a trip made the driver available, and a second ride was accepted.</summary>
    [Fact]
    public async Task Positions_during_a_ride_do_not_make_the_driver_available()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var ride = new RideStory(driver.Id, Guid.CreateVersion7());

        await city.Publish(ride.Confirmed(city.Now));
        await Test.Until(async () => (await city.Nearby(place, 500)).Count == 0);
        for (var step = 1; step <= 10; step++) await driver.Report(Point(place.North(step), city.Now.AddMilliseconds(step)));
        await city.Publish(ride.Started(place, city.Now));
        await Test.Until(() => city.HasStarted(ride.RideId));
        for (var step = 1; step <= 10; step++) await driver.Report(Point(place.North(step), city.Now.AddMilliseconds(step)));

        Assert.Empty(await city.NearbyByNow(place, 500));
    }

    /// <summary>NebengJek 33 and design decision 8: busy is durable, so a flush of Redis never offers a busy driver.</summary>
    [Fact]
    public async Task A_busy_driver_is_not_offered_after_a_flush_of_Redis()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var ride = new RideStory(driver.Id, Guid.CreateVersion7());
        await city.Publish(ride.Confirmed(city.Now));
        // The pool is left a moment before the match is in the database.
        await Test.Until(async () => await city.Knows(ride.RideId) && (await city.Nearby(place, 500)).Count == 0);

        await city.FlushRedis();
        await driver.Report(Point(place, city.Now.AddSeconds(5)));

        Assert.Empty(await city.NearbyByNow(place, 500));
    }

    [Fact]
    public async Task A_flush_of_Redis_heals_with_the_next_heartbeat()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        await city.FlushRedis();
        Assert.Empty(await city.NearbyByNow(place, 500));

        await driver.Report(Point(place, city.Now.AddSeconds(5)));

        Assert.Equal(driver.Id, (await city.NearbyByNow(place, 500)).Single().DriverId);
    }

    [Fact]
    public async Task After_the_ride_the_driver_is_back_with_the_next_position()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var ride = new RideStory(driver.Id, Guid.CreateVersion7());
        await city.Publish(ride.Confirmed(city.Now));
        await Test.Until(async () => (await city.Nearby(place, 500)).Count == 0);

        await city.Publish(ride.Cancelled(city.Now));

        await Test.Until(async () =>
        {
            await driver.Report(Point(place, city.Now));
            return (await city.Nearby(place, 500)).Count == 1;
        });
    }

    /// <summary>NebengJek 26 and 29: news may come twice, late and in any order.</summary>
    [Fact]
    public async Task News_of_a_match_that_has_ended_already_makes_nobody_busy()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var ride = new RideStory(driver.Id, Guid.CreateVersion7());

        await city.Publish(ride.Cancelled(city.Now));
        await Test.Until(() => city.Knows(ride.RideId));
        await city.Publish(ride.Confirmed(city.Now));
        await Test.Until(async () => await city.Query<bool>("select matched_at is not null from location.rides where ride_id = @Id", ride.RideId));

        await driver.Report(Point(place, city.Now.AddSeconds(3)));
        Assert.Single(await city.NearbyByNow(place, 500));
    }

    /// <summary>Twenty phones' worth of retries at two copies: one row, one event each way, and the last word counts.</summary>
    [Fact]
    public async Task Twenty_parallel_switches_leave_one_truth()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => driver.Switch(copy: index % 2, online: index % 3 != 0, place)));
        await driver.GoOnline(place);

        await Test.Until(async () => (await city.Nearby(place, 500)).Count == 1);
        var (online, offline) = (await city.Published<DriverCameOnline>(driver.Id), await city.Published<DriverWentOffline>(driver.Id));
        Assert.Equal(online.Count, offline.Count + 1);
        Assert.Equal(online.Count + offline.Count, online.Select(happened => happened.Version).Concat(offline.Select(happened => happened.Version)).Distinct().Count());
    }
}
