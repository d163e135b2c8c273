using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>Who may say where somebody is, what is refused, and what it costs.</summary>
[Collection<LocationCollection>]
public sealed class PositionTests(LocationCity city)
{
    /// <summary>NebengJek 2: no role check, so a passenger could enter the driver pool.</summary>
    [Fact]
    public async Task A_passenger_cannot_post_positions()
    {
        using var passenger = city.Client(Guid.CreateVersion7());

        var answer = await passenger.PostAsJsonAsync("/v1/positions", new { points = new[] { Point(TimesSquare, city.Now) } }, Test.Ct);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    /// <summary>NebengJek 2: the payload, not the login, said who was moved.</summary>
    [Fact]
    public async Task A_driver_moves_nobody_else_whatever_the_body_says()
    {
        var place = city.FreshPlace();
        await using var victim = await city.NewDriver(place);
        await using var other = await city.NewDriver(place.North(100));

        var body = new { driverId = victim.Id, userId = victim.Id, points = new[] { Point(place.North(900), city.Now) } };
        (await other.Http.PostAsJsonAsync("/v1/positions", body, Test.Ct)).EnsureSuccessStatusCode();

        var nearest = (await city.NearbyByNow(place, 50)).Single();
        Assert.Equal(victim.Id, nearest.DriverId);
    }

    /// <summary>NebengJek 8 and anchors 2.3 item 7: one shared key, and any caller's identity headers believed.</summary>
    [Theory]
    [InlineData("/internal/nearby", "realtime")]
    [InlineData("/internal/positions", "match")]
    [InlineData("/internal/positions", null)]
    public async Task An_internal_route_is_open_to_its_caller_only(string path, string? caller)
    {
        using var client = caller is null ? city.Client(Guid.CreateVersion7(), "driver", "operator") : city.ServiceClient(caller);

        object body = path == "/internal/nearby"
            ? new { pickup = TimesSquare, cityId = "nyc", vehicleClass = "Standard", radiusMetres = 500, limit = 5 }
            : new { drivers = Array.Empty<object>() };
        var answer = await client.PostAsJsonAsync(path, body, Json.Options, Test.Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    /// <summary>NebengJek 23 and 24: implausible points were charged, others dropped without a word.</summary>
    [Fact]
    public async Task Every_refused_point_is_counted_by_its_reason()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var now = city.Now.AddSeconds(1);

        var answer = await driver.Report(
            Point(place, now), Point(place, now), Point(place.North(10), now.AddSeconds(-30)), Point(place, now.AddMinutes(-5)), Point(place, now.AddMinutes(5)),
            Point(place.North(5_000), now.AddSeconds(1)), Point(place, now.AddSeconds(2), 80), Point(new GeoPoint(0, 0), now));

        Assert.Equal(1, answer.Accepted);
        Assert.Equal(
            new() { ["duplicate"] = 1, ["out-of-order"] = 1, ["stale"] = 1, ["in-the-future"] = 1, ["teleport"] = 1, ["inaccurate"] = 1, ["invalid"] = 1 },
            new SortedDictionary<string, int>(answer.Refused.ToDictionary()).ToDictionary());
    }

    [Fact]
    public async Task More_than_five_hundred_points_at_once_are_too_many()
    {
        await using var driver = await city.NewDriver(city.FreshPlace());

        var answer = await driver.Http.PostAsJsonAsync("/v1/positions", new { points = Enumerable.Repeat(Point(TimesSquare, city.Now), 501) }, Test.Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Positions_of_a_driver_who_is_off_duty_are_not_kept()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        await driver.GoOffline();

        var answer = await driver.Report(Point(place.North(300), city.Now));

        Assert.Equal(new() { ["off-duty"] = 1 }, answer.Refused.ToDictionary());
        Assert.Empty(await city.NearbyByNow(place, 1_000));
    }

    /// <summary>NebengJek 35: each ping cost two queries. With the table locked against everybody, a known idle driver's pings go on.</summary>
    [Fact]
    public async Task A_position_of_an_idle_driver_asks_Postgres_nothing()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        await driver.Report(Point(place, city.Now));
        await using var locked = await city.Lock("location.duties", "location.rides");

        for (var step = 1; step <= 20; step++) Assert.Equal(1, (await driver.Report(Point(place.North(step), city.Now.AddMilliseconds(10 * step)))).Accepted);
    }

    [Fact]
    public async Task Calls_that_pile_up_behind_a_slow_store_are_refused_and_those_that_wait_are_answered()
    {
        const int TakenIn = LocationCity.CallsAtOnce + LocationCity.CallsWaiting, TooMany = 40;
        var place = city.FreshPlace();
        await using var stranger = new TestDriver(city, Guid.CreateVersion7());
        var points = new { points = new[] { Point(place, city.Now) } };

        var calls = new List<Task<HttpResponseMessage>>();
        await using (await city.Lock("location.duties"))
        {
            // Of a driver of whom Redis knows nothing Postgres is asked.
            calls.AddRange(Enumerable.Range(0, TakenIn + TooMany).Select(_ => stranger.Http.PostAsJsonAsync("/v1/positions", points, Json.Options, Test.Ct)));
            await Test.Until(() => Task.FromResult(calls.Count(call => call.IsCompleted) >= TooMany));
        }

        var answers = await Task.WhenAll(calls);
        Assert.Equal(TakenIn, answers.Count(answer => answer.StatusCode is HttpStatusCode.OK));
        var refused = answers.Where(answer => answer.StatusCode is HttpStatusCode.TooManyRequests).ToList();
        Assert.Equal(TooMany, refused.Count);
        Assert.All(refused, answer => Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta));
        Assert.Equal("too-many-requests", (await refused[0].Content.ReadFromJsonAsync<JsonElement>(Test.Ct)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Positions_of_many_drivers_come_in_one_call_of_realtime()
    {
        var place = city.FreshPlace();
        await using var one = await city.NewDriver(place);
        await using var two = await city.NewDriver(place);

        var drivers = new[]
        {
            new { driverId = one.Id, points = new[] { Point(place.North(200), city.Now.AddSeconds(10)) } },
            new { driverId = two.Id, points = new[] { Point(place.North(400), city.Now.AddSeconds(20)) } },
        };
        using var realtime = city.ServiceClient("realtime");
        (await realtime.PostAsJsonAsync("/internal/positions", new { drivers }, Test.Ct)).EnsureSuccessStatusCode();

        Assert.Equal([one.Id, two.Id], (await city.NearbyByNow(place, 1_000)).Select(driver => driver.DriverId));
    }
}
