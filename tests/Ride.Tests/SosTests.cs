using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Calls for help.</summary>
public sealed class SosTests(RideFleet fleet)
{
    const int Callers = 24;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_often_somebody_presses_it_is_one_alert_until_an_operator_closes_it()
    {
        var match = await fleet.Ride(RideStatus.InProgress);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Raise(match, match.PassengerId, new { position = match.DropOff })));
        var listed = await Find(match);
        var alertId = listed.GetProperty("alertId").GetGuid();
        var taken = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Act(alertId, "acknowledge")));
        var whileTaken = await Raise(match, match.PassengerId, new { });
        var closed = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Act(alertId, "close", new { note = "called the police" })));
        var again = await Raise(match, match.PassengerId, new { });

        var first = Assert.Single(answers.Select(answer => answer.GetProperty("alertId").GetGuid()).Distinct());
        Assert.Equal(first, listed.GetProperty("alertId").GetGuid());
        Assert.Equal("Passenger", listed.GetProperty("by").GetString());
        Assert.Equal(match.DropOff.Latitude, listed.GetProperty("position").GetProperty("latitude").GetDouble(), 6);
        Assert.All([taken, closed], statuses => Assert.Single(statuses, HttpStatusCode.NoContent));
        Assert.All([taken, closed], statuses => Assert.Equal(Callers - 1, statuses.Count(status => status == HttpStatusCode.Conflict)));
        Assert.Equal(first, whileTaken.GetProperty("alertId").GetGuid());
        Assert.True(whileTaken.TryGetProperty("acknowledgedAt", out _));
        Assert.NotEqual(first, again.GetProperty("alertId").GetGuid());
        var told = Assert.Single(await fleet.Bus.Published<SosRaised>("ride", first, Ct));
        Assert.Equal((match.PassengerId, Party.Passenger, match.RideId, match.CityId), (told.RaisedBy, told.By, told.RideId, told.CityId));
    }

    [Fact]
    public async Task Without_a_position_of_its_own_it_is_where_the_ride_was_last_heard_of_and_both_sides_may_call()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var here = match.Pickup.North(500);
        await fleet.Bus.Publish(
            Ct, new RideProgressed(match.RideId, match.PassengerId, match.DriverId, here, 500, 60) { OccurredAt = match.OccurredAt, Version = 1 });
        await Eventually.Get(() => fleet.Scalar<long>("select count(*) from ride.whereabouts where ride_id = @RideId", match), count => count == 1, Ct);

        var driver = await Raise(match, match.DriverId, body: null);
        var passenger = await Raise(match, match.PassengerId, body: null);

        Assert.Equal(here.Latitude, driver.GetProperty("position").GetProperty("latitude").GetDouble(), 6);
        Assert.NotEqual(driver.GetProperty("alertId").GetGuid(), passenger.GetProperty("alertId").GetGuid());
    }

    [Fact]
    public async Task It_works_a_while_after_the_end_and_not_for_strangers()
    {
        var match = await fleet.Ride(RideStatus.Completed);
        var after = await Raise(match, match.PassengerId, new { });
        await LongAgo(match);

        var late = await Raise(match, match.DriverId, new { });
        var stranger = await Raise(match, Guid.CreateVersion7(), new { });
        var nowhere = await Raise(match, match.PassengerId, new { position = new { latitude = 91, longitude = 0 } });

        Assert.True(after.TryGetProperty("alertId", out _));
        Assert.Equal(
            ["ride-over", "not-found", "invalid-request"],
            new[] { late, stranger, nowhere }.Select(problem => problem.GetProperty("code").GetString()));
    }

    /// <summary>The phone goes on telling where it is, and the ride is heard of: an operator who follows the alert sees both.</summary>
    [Fact]
    public async Task An_operator_follows_an_open_alert_and_closes_it_with_a_note()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var alertId = (await Raise(match, match.DriverId, new { position = match.Pickup })).GetProperty("alertId").GetGuid();
        await Raise(match, match.DriverId, new { position = match.Pickup.North(300) });
        var heardAt = match.OccurredAt.AddMinutes(1);
        await fleet.Bus.Publish(
            Ct, new RideProgressed(match.RideId, match.PassengerId, match.DriverId, match.Pickup.North(350), 350, 60) { OccurredAt = heardAt, Version = 1 });

        var followed = await Eventually.Get(() => Follow(alertId), alert => alert.TryGetProperty("livePosition", out _), Ct);
        using var wordless = await fleet.SendAsOperator(HttpMethod.Post, $"/v1/ops/sos/{alertId}/close", new { note = " " });
        var closed = await Act(alertId, "close", new { note = " a misunderstanding " });
        var after = await Follow(alertId);

        Assert.Equal(match.Pickup.North(300).Latitude, followed.GetProperty("position").GetProperty("latitude").GetDouble(), 6);
        Assert.Equal(match.Pickup.North(350).Latitude, followed.GetProperty("livePosition").GetProperty("latitude").GetDouble(), 6);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NoContent), (wordless.StatusCode, closed));
        Assert.Equal("a misunderstanding", after.GetProperty("note").GetString());
        Assert.Equal(after.GetProperty("closedBy").GetGuid(), after.GetProperty("acknowledgedBy").GetGuid());
        Assert.DoesNotContain(await Open(), alert => alert.GetProperty("alertId").GetGuid() == alertId);
    }

    /// <summary>Before the passenger is in the vehicle only the phone tells where it is; later the ride is heard of, too. The link of before stays.</summary>
    [Fact]
    public async Task Who_is_told_of_a_call_for_help_follows_it_by_a_link_of_its_own_until_it_is_closed()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);
        using var shared = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/share", match.PassengerId);
        var own = (await shared.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("path").GetString()!;
        var alertId = (await Raise(match, match.PassengerId, new { position = match.Pickup })).GetProperty("alertId").GetGuid();
        await Raise(match, match.PassengerId, new { position = match.Pickup.North(300) });
        var path = Assert.Single(await fleet.Bus.Published<SosRaised>("ride", alertId, Ct)).SharePath!;

        var atPickup = await Open(path);
        using var started = await fleet.Step(match, RideStatus.InProgress);
        await fleet.Bus.Publish(Ct, new RideProgressed(match.RideId, match.PassengerId, match.DriverId, match.Pickup.North(700), 700, 60)
        {
            OccurredAt = TimeProvider.System.GetUtcNow().AddMinutes(1),
            Version = 1,
        });
        var riding = await Eventually.Get(() => Open(path), ride => Latitude(ride) > match.Pickup.North(500).Latitude, Ct);
        using var completed = await fleet.Step(match, RideStatus.Completed);
        await Raise(match, match.PassengerId, new { position = match.Pickup.North(900) });
        await LongAgo(match);
        var (help, link) = (await Open(path), await Open(own));
        await Act(alertId, "close", new { note = "safe at home" });
        var closed = await Open(path);

        Assert.Equal(match.Pickup.North(300).Latitude, Latitude(atPickup), 6);
        Assert.Equal(match.Pickup.North(700).Latitude, Latitude(riding), 6);
        Assert.Equal(match.Pickup.North(900).Latitude, Latitude(help), 6);
        Assert.All([link, closed], ended => Assert.Equal("not-found", ended.GetProperty("code").GetString()));
    }

    static double Latitude(JsonElement ride) => ride.GetProperty("position").GetProperty("latitude").GetDouble();

    async Task<JsonElement> Open(string link)
    {
        using var answer = await fleet.Send(HttpMethod.Get, link, user: null);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    [Fact]
    public async Task Only_operators_see_and_take_them()
    {
        var alert = $"/v1/ops/sos/{Guid.CreateVersion7()}";
        using var listed = await fleet.Send(HttpMethod.Get, "/v1/ops/sos", Guid.CreateVersion7());
        using var read = await fleet.Send(HttpMethod.Get, alert, Guid.CreateVersion7());
        using var taken = await fleet.Send(HttpMethod.Post, $"{alert}/acknowledge", Guid.CreateVersion7());
        using var closed = await fleet.Send(HttpMethod.Post, $"{alert}/close", Guid.CreateVersion7(), new { note = "?" });
        using var unknown = await fleet.SendAsOperator(HttpMethod.Get, alert);
        using var unknownTaken = await fleet.SendAsOperator(HttpMethod.Post, $"{alert}/acknowledge");
        using var unknownClosed = await fleet.SendAsOperator(HttpMethod.Post, $"{alert}/close", new { note = "?" });

        Assert.All([listed, read, taken, closed], answer => Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode));
        Assert.All([unknown, unknownTaken, unknownClosed], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
    }

    /// <summary>As if the ride had ended more than an hour ago.</summary>
    Task<int> LongAgo(MatchConfirmed match) => fleet.Scalar<int>("""
        update ride.rides set arrived_at = arrived_at - interval '61 minutes', started_at = started_at - interval '61 minutes',
            completed_at = completed_at - interval '61 minutes'
        where ride_id = @RideId; select 1
        """, match);

    async Task<JsonElement> Raise(MatchConfirmed match, Guid user, object? body)
    {
        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/sos", user, body);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    async Task<JsonElement> Find(MatchConfirmed match) =>
        (await Open()).Single(alert => alert.GetProperty("rideId").GetGuid() == match.RideId);

    async Task<JsonElement[]> Open()
    {
        using var answer = await fleet.SendAsOperator(HttpMethod.Get, "/v1/ops/sos?limit=200");
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("alerts").EnumerateArray()];
    }

    async Task<JsonElement> Follow(Guid alertId)
    {
        using var answer = await fleet.SendAsOperator(HttpMethod.Get, $"/v1/ops/sos/{alertId}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    async Task<HttpStatusCode> Act(Guid alertId, string what, object? body = null)
    {
        using var answer = await fleet.SendAsOperator(HttpMethod.Post, $"/v1/ops/sos/{alertId}/{what}", body);
        return answer.StatusCode;
    }
}
