using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Places on the way, and other ways.</summary>
public sealed class OnTheWayTests(RideFleet fleet)
{
    const int Callers = 24;

    static readonly GeoPoint First = Samples.TimesSquare.North(-500);
    static readonly GeoPoint Second = Samples.TimesSquare.North(-1_000);
    static readonly GeoPoint Elsewhere = Samples.TimesSquare.North(-3_000);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stops_are_reached_and_left_in_their_order_and_the_end_tells_of_those_that_were()
    {
        var match = await fleet.Ride(RideStatus.InProgress, stops: [First, Second]);

        using var tooEarly = await Arrive(match, 2, Second);
        using var reached = await Arrive(match, 1, First.North(150));
        using var again = await Arrive(match, 1, First);
        using var notLeft = await Arrive(match, 2, Second);
        using var left = await Leave(match, 1);
        using var leftTwice = await Leave(match, 1);
        var between = await Read(match, match.PassengerId);
        using var completed = await fleet.Step(match, RideStatus.Completed);

        Assert.All([reached, left, completed], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(
            ["not-the-next-stop", "stop-reached-already", "not-the-next-stop", "not-at-stop"],
            (await Task.WhenAll(new[] { tooEarly, again, notLeft, leftTwice }.Select(RideStepsTests.CodeOf))).AsEnumerable());
        var stops = between.GetProperty("stops").EnumerateArray().ToList();
        Assert.Equal([1, 2], stops.Select(stop => stop.GetProperty("number").GetInt32()));
        Assert.Equal([true, false], stops.Select(stop => stop.TryGetProperty("waitedSeconds", out _)));
        Assert.Equal(
            [null, null, null, "StopReached", "StopLeft"],
            between.GetProperty("timeline").EnumerateArray().Select(step => step.TryGetProperty("what", out var what) ? what.GetString() : null));
        var told = Assert.Single(await fleet.Bus.Published<StopReached>("ride", match.RideId, Ct));
        Assert.Equal((1, match.DropOff), (told.Number, told.DropOff));
        Assert.Equal([Second], told.StopsAhead);
        Assert.Single(await fleet.Bus.Published<StopLeft>("ride", match.RideId, Ct));
        var end = Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct));
        Assert.Equal((1, 1, match.QuoteId, match.QuotedFare), (end.Stops, end.WaitedAtStops?.Count, end.QuoteId, end.QuotedFare));
        Assert.Equal([First, Second], Assert.Single(await fleet.Bus.Published<RideCreated>("ride", match.RideId, Ct)).Stops!);
    }

    /// <summary>Ten minutes ago the driver reached the place, stood there for some, and drove on for seven without saying so.</summary>
    [Fact]
    public async Task A_car_that_is_seen_elsewhere_waits_no_longer_whether_its_driver_says_so_or_not()
    {
        var (silent, late) = (await AtFirstStop(minutes: 10), await AtFirstStop(minutes: 10));
        var now = TimeProvider.System.GetUtcNow();

        foreach (var match in new[] { silent, late })
        {
            await Seen(match, First.North(250), now.AddMinutes(-9));
            await Seen(match, First.North(400), now.AddMinutes(-7));
            await Seen(match, First.North(2_000), now.AddMinutes(-5));
        }

        using var left = await Leave(late, 1);
        foreach (var match in new[] { silent, late }) (await fleet.Step(match, RideStatus.Completed)).Dispose();

        Assert.InRange(Assert.Single(await fleet.Bus.Published<StopLeft>("ride", late.RideId, Ct)).WaitedSeconds, 170, 180);
        foreach (var match in new[] { silent, late })
        {
            var end = Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct));
            Assert.InRange(Assert.Single(end.WaitedAtStops!), 170, 180);
        }
    }

    /// <summary>Billing priced the other way from a meter that had run to four minutes ago, when the driver had waited for six.</summary>
    [Fact]
    public async Task What_was_waited_before_another_way_was_priced_is_in_its_price_and_not_on_top()
    {
        var match = await AtFirstStop(minutes: 10);
        await fleet.Scalar<int>("update ride.rides set started_at = started_at - interval '1 hour' where ride_id = @RideId; select 1", match);
        var quote = Quote(match, stopsReached: 1);

        using var agreed = await Reroute(match, quote with { Change = quote.Change! with { DrivenSeconds = 56 * 60 } });
        using var left = await Leave(match, 1);
        using var completed = await fleet.Step(match, RideStatus.Completed);

        Assert.All([agreed, left, completed], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.InRange(Assert.Single(await fleet.Bus.Published<StopLeft>("ride", match.RideId, Ct)).WaitedSeconds, 600, 660);
        Assert.InRange(Assert.Single(Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct)).WaitedAtStops!), 240, 300);
    }

    [Fact]
    public async Task Of_many_who_say_that_a_stop_is_reached_or_left_one_does()
    {
        var match = await fleet.Ride(RideStatus.InProgress, stops: [First]);

        var reached = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Arrive(match, 1, First)));
        var left = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Leave(match, 1)));

        Assert.All([reached, left], answers => Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.All([reached, left], answers => Assert.Equal(Callers - 1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict)));
        Assert.Equal(2, await fleet.Scalar<long>("select count(*) from ride.on_the_way where ride_id = @RideId", match));
    }

    [Fact]
    public async Task Only_the_driver_says_so_there_and_while_riding()
    {
        var waiting = await fleet.Ride(RideStatus.DriverArrived, stops: [First]);
        var match = await fleet.Ride(RideStatus.InProgress, stops: [First]);

        using var early = await Arrive(waiting, 1, First);
        using var far = await Arrive(match, 1, First.North(300));
        using var nowhere = await Arrive(match, 1, new GeoPoint(91, 0));
        using var unknown = await Arrive(match, 2, First);
        using var stranger = await fleet.Send(HttpMethod.Post, Stop(match, 1, "arrive"), Guid.CreateVersion7(), new { position = First });
        using var passenger = await fleet.Send(HttpMethod.Post, Stop(match, 1, "arrive"), match.PassengerId, new { position = First });
        using var notADriver = await fleet.Send(HttpMethod.Post, Stop(match, 1, "leave"), match.PassengerId, driver: false);

        Assert.Equal(
            ["wrong-ride-status", "too-far-from-stop", "invalid-request", "not-found", "not-found", "not-found"],
            (await Task.WhenAll(new[] { early, far, nowhere, unknown, stranger, passenger }.Select(RideStepsTests.CodeOf))).AsEnumerable());
        Assert.Equal(HttpStatusCode.Forbidden, notADriver.StatusCode);
    }

    [Fact]
    public async Task The_passenger_goes_another_way_at_the_price_that_was_agreed_and_both_sides_see_it()
    {
        var match = await fleet.Ride(RideStatus.InProgress, stops: [First, Second]);
        using var reached = await Arrive(match, 1, First);
        var quote = Quote(match, stopsReached: 1, stops: [Elsewhere.North(500)]);

        using var agreed = await Reroute(match, quote);
        using var left = await Leave(match, 1);
        var seen = await Read(match, match.DriverId);
        using var completed = await fleet.Step(match, RideStatus.Completed);

        Assert.All([agreed, left, completed], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(Elsewhere.Latitude, seen.GetProperty("dropOff").GetProperty("latitude").GetDouble(), 6);
        Assert.Equal(quote.Fare.MinorUnits, seen.GetProperty("quotedFare").GetProperty("minorUnits").GetInt64());
        Assert.Equal(
            [First.Latitude, Elsewhere.North(500).Latitude],
            seen.GetProperty("stops").EnumerateArray().Select(stop => stop.GetProperty("position").GetProperty("latitude").GetDouble()));
        var told = Assert.Single(await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct));
        Assert.Equal((quote.QuoteId, match.QuoteId, quote.Fare, Elsewhere), (told.QuoteId, told.PreviousQuoteId, told.QuotedFare, told.DropOff));
        Assert.Equal(quote.QuoteId, fleet.Quotes.Read(told.QuoteToken!)!.QuoteId);
        var end = Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct));
        Assert.Equal((quote.QuoteId, quote.Fare, 1), (end.QuoteId, end.QuotedFare, end.Stops));
    }

    [Theory]
    [InlineData(RideStatus.DriverAssigned)]
    [InlineData(RideStatus.DriverArrived)]
    public async Task Before_the_ride_begins_the_passenger_goes_another_way_too_and_the_driver_sees_it(RideStatus status)
    {
        var match = await fleet.Ride(status, stops: [First]);
        var quote = Quote(match, stops: [Second]);

        using var agreed = await Reroute(match, quote);
        var seen = await Read(match, match.DriverId);
        foreach (var step in new[] { RideStatus.DriverArrived, RideStatus.InProgress }.Where(step => step > status)) (await fleet.Step(match, step)).Dispose();
        using var reached = await Arrive(match, 1, Second);
        using var completed = await fleet.Step(match, RideStatus.Completed);

        Assert.All([agreed, reached, completed], answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal($"{status}", seen.GetProperty("status").GetString());
        Assert.Equal(Elsewhere.Latitude, seen.GetProperty("dropOff").GetProperty("latitude").GetDouble(), 6);
        Assert.Equal(
            (Second.Latitude, quote.Fare.MinorUnits),
            (Assert.Single(seen.GetProperty("stops").EnumerateArray()).GetProperty("position").GetProperty("latitude").GetDouble(),
                seen.GetProperty("quotedFare").GetProperty("minorUnits").GetInt64()));
        var last = seen.GetProperty("timeline").EnumerateArray().Last();
        Assert.Equal(($"{status}", "Rerouted"), (last.GetProperty("status").GetString(), last.GetProperty("what").GetString()));
        var told = Assert.Single(await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct));
        Assert.Equal((match.DriverId, quote.QuoteId, match.QuoteId), (told.DriverId, told.QuoteId, told.PreviousQuoteId));
        var end = Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct));
        Assert.Equal((quote.QuoteId, quote.Fare, 1), (end.QuoteId, end.QuotedFare, end.Stops));
    }

    /// <summary>The driver still drives somebody else: the promised ride changes, and begins changed.</summary>
    [Fact]
    public async Task A_queued_ride_goes_another_way_however_that_meets_its_beginning()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var present = await fleet.Ride(RideStatus.InProgress);
            var next = Samples.Match(driver: present.DriverId) with { AfterRideId = present.RideId };
            await fleet.Bus.Publish(Ct, next);
            await Eventually.Get(() => fleet.StatusOf(next), status => status == "Queued", Ct);
            var quote = Quote(next);

            var answers = await Task.WhenAll(Reroute(next, quote), fleet.Step(present, RideStatus.Completed));

            Assert.Equal(HttpStatusCode.OK, answers[1].StatusCode);
            var rerouted = answers[0].IsSuccessStatusCode;
            Assert.True(rerouted || await RideStepsTests.CodeOf(answers[0]) == "lost-the-race");
            Assert.Equal("DriverAssigned", await fleet.StatusOf(next));
            Assert.Equal(rerouted ? quote.QuoteId : next.QuoteId, await fleet.Scalar<Guid>("select quote_id from ride.rides where ride_id = @RideId", next));
            Assert.Equal(rerouted ? 3 : 2, await fleet.Scalar<long>(VersionsInOrder, next));
        }));
    }

    /// <summary>
    /// The driver says to have come, the passenger is taken in, either side gives up, and the passenger changes the way, all at once on two copies: whatever
    /// happened happened one after the other, and the cancellation tells of the way that the ride had then.
    /// </summary>
    [Theory]
    [InlineData(RideStatus.DriverAssigned)]
    [InlineData(RideStatus.DriverArrived)]
    public async Task Of_another_way_and_every_step_before_the_start_at_once_there_is_one_truth(RideStatus status)
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async round =>
        {
            var match = await fleet.Ride(status, stops: [First]);
            var quotes = new[] { Quote(match, stops: [Second]), Quote(match) };

            var answers = await Task.WhenAll(
                Reroute(match, quotes[0]), Reroute(match, quotes[1]), fleet.Step(match, status + 1),
                round % 2 == 0 ? Cancel(match, match.DriverId, "unsafe") : Cancel(match, match.PassengerId, "changed-mind"));

            Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.Conflict, $"{answer.StatusCode}"));
            var agreed = answers[0].IsSuccessStatusCode ? quotes[0] : answers[1].IsSuccessStatusCode ? quotes[1] : null;
            Assert.False(answers[0].IsSuccessStatusCode && answers[1].IsSuccessStatusCode);
            Assert.Equal(agreed is null ? 0 : 1, (await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct)).Count);
            Assert.Equal(agreed?.QuoteId ?? match.QuoteId, await fleet.Scalar<Guid>("select quote_id from ride.rides where ride_id = @RideId", match));
            Assert.Equal(
                await fleet.Scalar<long>("select version from ride.rides where ride_id = @RideId", match), await fleet.Scalar<long>(VersionsInOrder, match));
            var cancelled = await fleet.Bus.Published<RideCancelled>("ride", match.RideId, Ct);
            Assert.Equal(answers[3].IsSuccessStatusCode ? 1 : 0, cancelled.Count);
            foreach (var told in cancelled) Assert.Equal(Way(agreed, match), (told.QuoteId, told.QuotedFare, told.DropOff, told.Stops?[0]));
        }));

        static (Guid, Money?, GeoPoint?, GeoPoint?) Way(Quote? agreed, MatchConfirmed match) => agreed is null
            ? (match.QuoteId, match.QuotedFare, match.DropOff, First)
            : (agreed.QuoteId, agreed.Fare, agreed.DropOff, agreed.Stops is [var stop, ..] ? stop : null);
    }

    /// <summary>All were quoted for the ride as it stood: whoever is second agreed to a price that no longer is.</summary>
    [Fact]
    public async Task Of_many_other_ways_at_once_one_is_taken()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var quotes = Enumerable.Range(0, Callers).Select(_ => Quote(match)).ToList();

        var answers = await Task.WhenAll(quotes.Select(quote => Reroute(match, quote)));
        using var next = await Reroute(match, Quote(match, previous: quotes[Array.FindIndex(answers, answer => answer.IsSuccessStatusCode)].QuoteId));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(Callers - 1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Equal(2, (await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct)).Count);
    }

    [Fact]
    public async Task When_the_ride_ends_or_comes_to_a_stop_at_the_same_moment_there_is_one_truth()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var match = await fleet.Ride(RideStatus.InProgress, stops: [First]);
            var quote = Quote(match);

            var answers = await Task.WhenAll(Reroute(match, quote), Arrive(match, 1, First), fleet.Step(match, RideStatus.Completed));
            if (answers[2].StatusCode is HttpStatusCode.Conflict) await fleet.Step(match, RideStatus.Completed);

            await Eventually.Get(() => fleet.StatusOf(match), status => status == "Completed", Ct);
            var (rerouted, reached) = (answers[0].IsSuccessStatusCode, answers[1].IsSuccessStatusCode);
            var end = Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct));
            Assert.Equal((rerouted ? quote.QuoteId : match.QuoteId, reached ? 1 : 0), (end.QuoteId!.Value, end.Stops!.Value));
            Assert.Equal(rerouted ? 1 : 0, (await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct)).Count);
            Assert.False(rerouted && reached);
        }));
    }

    [Fact]
    public async Task Only_a_quote_of_ours_for_this_ride_as_it_stands_changes_it()
    {
        var match = await fleet.Ride(RideStatus.InProgress, stops: [First]);
        var other = await fleet.Ride(RideStatus.InProgress);
        var over = await fleet.Ride(RideStatus.Completed);
        var cancelled = await fleet.Ride();
        using var cancel = await Cancel(cancelled, cancelled.PassengerId, "changed-mind");
        using var reached = await Arrive(match, 1, First);
        var good = Quote(match, stopsReached: 1);

        using var unsigned = await Reroute(match, "nonsense");
        using var forAnotherRide = await Reroute(match, Quote(other));
        using var forANewRide = await Reroute(match, good with { Change = null });
        using var forSomebodyElse = await Reroute(match, good with { PassengerId = Guid.CreateVersion7() });
        using var expired = await Reroute(match, good with { ExpiresAt = good.QuotedAt.AddMinutes(-10) });
        using var beforeTheStop = await Reroute(match, Quote(match, stopsReached: 0));
        using var afterTheEnd = await Reroute(over, Quote(over));
        using var afterACancel = await Reroute(cancelled, Quote(cancelled));
        using var nothing = await Reroute(match, "");
        using var byTheDriver = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/reroute", match.DriverId, new { quoteToken = fleet.Quotes.Sign(good) });

        Assert.Equal(
            [
                "quote-invalid", "quote-invalid", "quote-invalid", "quote-invalid", "quote-expired", "quote-outdated", "wrong-ride-status",
                "wrong-ride-status", "invalid-request", "not-found",
            ],
            (await Task.WhenAll(new[]
            {
                unsigned, forAnotherRide, forANewRide, forSomebodyElse, expired, beforeTheStop, afterTheEnd, afterACancel, nothing, byTheDriver,
            }.Select(RideStepsTests.CodeOf))).AsEnumerable());
        Assert.Empty(await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct));
    }

    [Fact]
    public async Task A_change_repeated_under_its_key_is_answered_as_before()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var (quote, key) = (Quote(match), Guid.CreateVersion7().ToString());

        using var first = await Reroute(match, fleet.Quotes.Sign(quote), key);
        using var again = await Reroute(match, fleet.Quotes.Sign(quote), key);
        using var withoutKey = await Reroute(match, quote);

        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Conflict), (again.StatusCode, withoutKey.StatusCode));
        Assert.Single(await fleet.Bus.Published<RideRerouted>("ride", match.RideId, Ct));
    }

    /// <summary>How many steps the history has, if it has each once; else none.</summary>
    const string VersionsInOrder = """
        select case when count(*) = max(version) and count(distinct version) = count(*) then count(*) else 0 end
        from   (select version from ride.transitions where ride_id = @RideId union all select version from ride.on_the_way where ride_id = @RideId) step
        """;

    /// <summary>As billing would answer.</summary>
    static Quote Quote(MatchConfirmed match, Guid? previous = null, int stopsReached = 0, params GeoPoint[] stops)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(
            Guid.CreateVersion7(), match.PassengerId, match.CityId, match.VehicleClass, match.Pickup, Elsewhere, Guid.CreateVersion7(), 1, 3_000, 600,
            new(1_900, "USD"), [new("base", 1_900)], now, now.AddMinutes(2), Stops: stops, Change: new(match.RideId, previous ?? match.QuoteId, stopsReached));
    }

    /// <summary>At the first of its two stops for so long.</summary>
    async Task<MatchConfirmed> AtFirstStop(int minutes)
    {
        var match = await fleet.Ride(RideStatus.InProgress, stops: [First, Second]);
        using var reached = await Arrive(match, 1, First);
        await fleet.Scalar<int>($"""
            update ride.rides set stops = jsonb_set(stops, array['0', 'arrivedAt'], to_jsonb(now() - interval '{minutes} minutes'))
            where ride_id = @RideId; select 1
            """, match);
        return match;
    }

    /// <summary>As location tells it.</summary>
    async Task Seen(MatchConfirmed match, GeoPoint here, DateTimeOffset at)
    {
        await fleet.Bus.Publish(Ct, new RideProgressed(match.RideId, match.PassengerId, match.DriverId, here, 500, 60) { OccurredAt = at, Version = 1 });
        await Eventually.Get(
            () => fleet.Scalar<DateTime>("select heard_at from ride.whereabouts where ride_id = @RideId", match),
            heard => Math.Abs((new DateTimeOffset(heard, TimeSpan.Zero) - at).TotalMilliseconds) < 1, Ct);
    }

    static string Stop(MatchConfirmed match, int number, string what) => $"/v1/rides/{match.RideId}/stops/{number}/{what}";

    Task<HttpResponseMessage> Arrive(MatchConfirmed match, int number, GeoPoint position) =>
        fleet.Send(HttpMethod.Post, Stop(match, number, "arrive"), match.DriverId, new { position });

    Task<HttpResponseMessage> Leave(MatchConfirmed match, int number) => fleet.Send(HttpMethod.Post, Stop(match, number, "leave"), match.DriverId);

    Task<HttpResponseMessage> Cancel(MatchConfirmed match, Guid user, string reason) =>
        fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", user, new { reason });

    Task<HttpResponseMessage> Reroute(MatchConfirmed match, Quote quote) => Reroute(match, fleet.Quotes.Sign(quote));

    Task<HttpResponseMessage> Reroute(MatchConfirmed match, string quoteToken, string? key = null) =>
        fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/reroute", match.PassengerId, new { quoteToken }, key, driver: false);

    async Task<JsonElement> Read(MatchConfirmed match, Guid user)
    {
        using var answer = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}", user);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }
}
