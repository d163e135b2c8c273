using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Locations;
using Tumpang.Locations.Features;
using Tumpang.ServiceDefaults;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>Drivers who wait at an airport are served in the order in which they came.</summary>
[Collection<LocationCollection>]
public sealed class QueueTests(LocationCity city)
{
    [Fact]
    public async Task Who_came_first_comes_first_however_far_from_the_pickup_they_stand()
    {
        var terminal = await Airport();
        await using var first = await Queued(terminal.North(90), terminal);
        await using var second = await Queued(terminal.North(-40), terminal);
        await using var third = await Queued(terminal, terminal);
        await using var passing = await city.NewDriver(terminal.North(150));
        await passing.Report(Point(terminal.North(150), city.Now));

        var near = await city.NearbyByNow(terminal, 1_000);

        Assert.Equal([first.Id, second.Id, third.Id, passing.Id], near.Select(driver => driver.DriverId));
        Assert.Equal([1, 2, 3, null], near.Select(driver => driver.QueueRank));
        Assert.Equal([second.Id, third.Id], (await city.Nearby(terminal, 1_000, limit: 2, exclude: [first.Id])).Select(driver => driver.DriverId));
        Assert.Equal([1, 2], (await city.Nearby(terminal, 20, limit: 2)).Select(driver => driver.QueueRank));
        Assert.All(await city.Nearby(terminal.North(200), 1_000), driver => Assert.Null(driver.QueueRank));
    }

    [Fact]
    public async Task A_driver_sees_a_range_and_an_operator_everybody()
    {
        var terminal = await Airport();
        await using var driver = await Queued(terminal, terminal);

        var place = (await PlaceOf(driver))!;
        Assert.Equal((1, 5), (place.From, place.To));
        Assert.Equal(ZoneKind.Airport, place.Kind);

        using var http = city.Client(Guid.CreateVersion7(), Role.Operator);
        var all = await http.GetFromJsonAsync<ListQueue.Answer>($"/v1/ops/zones/{place.ZoneId}/queue", Json.Options, Test.Ct);
        Assert.Equal((driver.Id, 1, place.QueuedAt), (Assert.Single(all!.Drivers).DriverId, all.Drivers[0].Rank, all.Drivers[0].QueuedAt));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/v1/ops/zones/{Guid.CreateVersion7()}/queue", Test.Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await driver.Http.GetAsync($"/v1/ops/zones/{place.ZoneId}/queue", Test.Ct)).StatusCode);
        using var passenger = city.Client(Guid.CreateVersion7());
        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.GetAsync("/v1/me/queue", Test.Ct)).StatusCode);
    }

    [Theory]
    [InlineData(1, 1, 5)]
    [InlineData(5, 1, 5)]
    [InlineData(6, 6, 10)]
    [InlineData(20, 11, 20)]
    [InlineData(100, 51, 100)]
    [InlineData(101, 101, null)]
    public void The_further_back_the_wider_the_range(int rank, int from, int? to)
    {
        var answer = GetQueuePlace.Answer.Of(new(Guid.NewGuid(), "JFK Airport", ZoneKind.Airport, city.Now, rank));

        Assert.Equal((from, to), (answer.From, answer.To));
    }

    [Fact]
    public async Task Three_positions_outside_in_a_row_end_the_place_and_two_do_not()
    {
        var terminal = await Airport();
        await using var driver = await Queued(terminal.North(90), terminal);
        var (place, now, pings) = (await PlaceOf(driver), city.Now, 0);

        foreach (var metres in new[] { 140, 140, 90, 140, 140, 90 }) await Drive(metres);
        Assert.Equal(place, await PlaceOf(driver));

        foreach (var metres in new[] { 140, 150, 140 }) await Drive(metres);
        Assert.Null(await PlaceOf(driver));

        // Phones' clocks may run half a minute ahead.
        async Task Drive(int metresNorth)
        {
            pings++;
            Assert.Equal(1, (await driver.ReportTo(pings % 2, [Point(terminal.North(metresNorth), now.AddSeconds(3 * pings))])).Accepted);
        }
    }

    [Fact]
    public async Task A_place_outlives_a_flush_of_Redis()
    {
        var terminal = await Airport();
        await using var first = await Queued(terminal.North(50), terminal);
        await using var second = await Queued(terminal, terminal);

        await city.FlushRedis();
        await Ping(second, terminal);
        await Ping(first, terminal.North(50));

        Assert.Equal([first.Id, second.Id], (await city.Nearby(terminal, 1_000)).Select(driver => driver.DriverId));
    }

    [Fact]
    public async Task Drivers_who_have_fallen_silent_keep_their_places_and_hide_nobody()
    {
        var terminal = await Airport();
        await using var dead = await Queued(terminal, terminal);
        await using var alive = await Queued(terminal, terminal);

        await city.Query<int>("update location.duties set seen_at = seen_at - interval '10 minutes' where driver_id = @Id returning 1", dead.Id);

        Assert.Equal([alive.Id], (await city.Nearby(terminal, 1_000, limit: 1)).Select(driver => driver.DriverId));
        Assert.NotNull(await PlaceOf(dead));
    }

    [Fact]
    public async Task Positions_that_reach_two_copies_at_once_make_one_place()
    {
        var terminal = await Airport();
        await using var driver = await city.NewDriver(terminal);
        var now = city.Now;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => driver.ReportTo(index % 2, [Point(terminal, now.AddMilliseconds(index))])));

        var place = await PlaceOf(driver);
        await Ping(driver, terminal, copy: 1);
        Assert.NotNull(place);
        Assert.Equal(place, await PlaceOf(driver));
    }

    [Fact]
    public async Task A_passenger_who_cancels_costs_no_place_and_a_driver_who_does_gives_it_up()
    {
        var terminal = await Airport();
        await using var driver = await Queued(terminal, terminal);
        var place = await PlaceOf(driver);

        var (one, other) = (new RideStory(driver.Id, Guid.CreateVersion7()), new RideStory(driver.Id, Guid.CreateVersion7()));
        await city.Publish(one.Confirmed(city.Now));
        await Test.Until(async () => await PlaceOf(driver) is null);
        await city.Publish(one.Cancelled(city.Now));
        await Test.Until(async () => await PlaceOf(driver) == place);

        await city.Publish(other.Confirmed(city.Now));
        await Test.Until(async () => await PlaceOf(driver) is null);
        await city.Publish(other.Cancelled(city.Now) with { By = Party.Driver });
        await Test.Until(() => city.Query<bool>("select queue_zone_id is null from location.duties where driver_id = @Id", driver.Id));

        // Redis hears of the cancellation after the database.
        GetQueuePlace.Answer? again = null;
        await Test.Until(async () =>
        {
            await Ping(driver, terminal);
            return (again = await PlaceOf(driver)) is not null;
        });
        Assert.True(again!.QueuedAt > place!.QueuedAt);
    }

    [Fact]
    public async Task A_ride_that_began_ends_the_place_and_late_news_of_it_ends_no_new_one()
    {
        var terminal = await Airport();
        await using var driver = await Queued(terminal, terminal);
        var ride = new RideStory(driver.Id, Guid.CreateVersion7());
        await city.Publish(ride.Confirmed(city.Now), ride.Started(terminal, city.Now));
        await Test.Until(() => city.Query<bool>("select queue_zone_id is null from location.duties where driver_id = @Id", driver.Id));

        var startedAt = city.Now;
        await city.Publish(ride.Completed(terminal, startedAt, startedAt));
        await Test.Until(() => city.Query<bool>("select completed_at is not null from location.rides where ride_id = @Id", ride.RideId));
        await Test.Until(async () =>
        {
            await Ping(driver, terminal);
            return await PlaceOf(driver) is not null;
        });
        var place = await PlaceOf(driver);

        var older = new RideStory(driver.Id, Guid.CreateVersion7());
        await city.Publish(older.Started(terminal, startedAt.AddMinutes(-5)), older.Completed(terminal, startedAt.AddMinutes(-5), startedAt.AddMinutes(-4)));
        await Test.Until(() => city.Query<bool>("select exists (select from location.rides where ride_id = @Id and started_at is not null)", older.RideId));
        await Test.Until(async () => await PlaceOf(driver) == place);
    }

    [Fact]
    public async Task Going_offline_ends_the_place()
    {
        var terminal = await Airport();
        await using var driver = await Queued(terminal, terminal);

        await driver.GoOffline();

        using var answer = await driver.Http.GetAsync("/v1/me/queue", Test.Ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("not-in-queue", (await answer.Content.ReadFromJsonAsync<JsonElement>(Test.Ct)).GetProperty("code").GetString());
        Assert.Empty(await city.NearbyByNow(terminal, 100));
    }

    static async Task<GetQueuePlace.Answer?> PlaceOf(TestDriver driver)
    {
        using var answer = await driver.Http.GetAsync("/v1/me/queue", Test.Ct);
        return answer.StatusCode is HttpStatusCode.NotFound ? null : await answer.Content.ReadFromJsonAsync<GetQueuePlace.Answer>(Json.Options, Test.Ct);
    }

    Task Ping(TestDriver driver, GeoPoint at, int copy = 0) => driver.ReportTo(copy, [Point(at, city.Now)]);

    /// <summary>About two hundred metres on a side, in force on both copies.</summary>
    async Task<GeoPoint> Airport()
    {
        var (id, middle) = (Guid.CreateVersion7(), city.FreshPlace());
        using var http = city.Client(Guid.CreateVersion7(), Role.Operator);
        using var answer = await http.PutAsJsonAsync($"/v1/ops/zones/{id}", TestZones.Square(middle, ZoneKind.Airport, priority: 100), Json.Options, Test.Ct);
        answer.EnsureSuccessStatusCode();
        // A driver who is let in through each copy shows that both know.
        foreach (var copy in new[] { 0, 1 })
        {
            await using var scout = await city.NewDriver(middle);
            await Test.Until(async () =>
            {
                await Ping(scout, middle, copy);
                return await PlaceOf(scout) is not null;
            });
            await scout.GoOffline();
        }

        return middle;
    }

    async Task<TestDriver> Queued(GeoPoint at, GeoPoint terminal)
    {
        var driver = await city.NewDriver(at);
        await Ping(driver, at);
        Assert.NotNull(await PlaceOf(driver));
        await Test.Until(async () => (await city.Nearby(terminal, 1_000)).Any(found => found.DriverId == driver.Id));
        return driver;
    }
}
