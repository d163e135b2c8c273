using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>A link for whoever waits.</summary>
public sealed class SharedRideTests(RideFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_the_link_sees_where_the_ride_is_and_nothing_of_whose_it_is()
    {
        var match = await fleet.Ride();
        var token = await Share(match, match.PassengerId);
        var before = await See(token);

        using var arrived = await fleet.Step(match, RideStatus.DriverArrived);
        using var started = await fleet.Step(match, RideStatus.InProgress);
        var here = match.Pickup.North(300);
        await fleet.Bus.Publish(Ct, Progressed(match, match.Pickup, seconds: 10), Progressed(match, here, seconds: 30), Progressed(match, match.Pickup, seconds: 20));

        var seen = await Eventually.Get(
            () => See(token), body => body.TryGetProperty("position", out var at) && at.GetProperty("latitude").GetDouble() > match.Pickup.Latitude, Ct);
        Assert.Equal("DriverAssigned", before.GetProperty("status").GetString());
        Assert.False(before.TryGetProperty("position", out _));
        Assert.Equal("InProgress", seen.GetProperty("status").GetString());
        Assert.InRange(seen.GetProperty("secondsToDropOff").GetInt32(), 500, 800);
        Assert.DoesNotContain($"{match.PassengerId}", seen.GetRawText());
        Assert.DoesNotContain($"{match.DriverId}", seen.GetRawText());
    }

    [Fact]
    public async Task Who_has_the_link_knows_what_to_look_out_for_and_how_long_it_takes_by_road()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var token = await Share(match, match.PassengerId);
        var approvals = new[] { Approved(match.DriverId, "B2SRI", version: 3), Approved(match.DriverId, "B1OLD", version: 2), Approved(match.DriverId, null, version: 4) };
        await fleet.Bus.Publish(Ct, approvals);
        await fleet.Bus.Publish(Ct, Progressed(match, match.Pickup, seconds: 10) with { RemainingSeconds = 1_234 });

        var seen = await Eventually.Get(() => See(token), body => body.TryGetProperty("position", out _) && body.TryGetProperty("vehicle", out _), Ct);
        await Eventually.Get(() => fleet.Heard(approvals), count => count == approvals.Length, Ct);
        using var own = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}", match.PassengerId);

        Assert.Equal(1_234, seen.GetProperty("secondsToDropOff").GetInt32());
        Assert.Equal("Car", seen.GetProperty("vehicle").GetProperty("type").GetString());
        Assert.Equal("B2SRI", (await own.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("vehicle").GetProperty("plate").GetString());
    }

    static DriverApproved Approved(Guid driverId, string? plate, long version) =>
        new(driverId, VehicleType.Car, VehicleClass.Standard, plate) { OccurredAt = TimeProvider.System.GetUtcNow(), Version = version };

    [Fact]
    public async Task A_new_link_takes_the_place_of_the_old_and_a_revoked_one_opens_nothing()
    {
        var match = await fleet.Ride();
        var (first, second, drivers) = (await Share(match, match.PassengerId), await Share(match, match.PassengerId), await Share(match, match.DriverId));

        Assert.Equal("not-found", Code(await See(first)));
        Assert.Null(Code(await See(second)));
        using var revoked = await fleet.Send(HttpMethod.Delete, $"/v1/rides/{match.RideId}/share", match.PassengerId);

        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal("not-found", Code(await See(second)));
        Assert.Null(Code(await See(drivers)));
    }

    [Fact]
    public async Task It_closes_a_while_after_the_end()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var token = await Share(match, match.PassengerId);
        using var completed = await fleet.Step(match, RideStatus.Completed);
        var after = await See(token);

        await fleet.Scalar<int>("""
            update ride.rides set arrived_at = arrived_at - interval '31 minutes', started_at = started_at - interval '31 minutes',
                completed_at = completed_at - interval '31 minutes'
            where ride_id = @RideId; select 1
            """, match);

        Assert.Equal("Completed", after.GetProperty("status").GetString());
        Assert.Equal(TimeSpan.FromMinutes(30), after.GetProperty("shownUntil").GetDateTimeOffset() - after.GetProperty("endedAt").GetDateTimeOffset());
        Assert.Equal("not-found", Code(await See(token)));
    }

    [Fact]
    public async Task Only_the_sides_of_a_ride_under_way_share_it_and_the_token_is_not_stored()
    {
        var (match, over) = (await fleet.Ride(), await fleet.Ride(RideStatus.Completed));
        var token = await Share(match, match.PassengerId);

        using var stranger = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/share", Guid.CreateVersion7());
        using var late = await fleet.Send(HttpMethod.Post, $"/v1/rides/{over.RideId}/share", over.PassengerId);

        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
        Assert.Equal("wrong-ride-status", await RideStepsTests.CodeOf(late));
        Assert.Equal(0, await fleet.Scalar<long>($"select count(*) from ride.shares share where share::text like '%{token}%'", match));
        Assert.Equal(0, await fleet.Scalar<long>($"select count(*) from ride.idempotency_keys kept where kept::text like '%{token}%'", match));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("not%20a%20token")]
    public async Task What_is_no_token_opens_nothing(string token) => Assert.Equal("not-found", Code(await See(token)));

    static RideProgressed Progressed(MatchConfirmed match, GeoPoint position, int seconds) =>
        new(match.RideId, match.PassengerId, match.DriverId, position, 300, seconds) { OccurredAt = match.OccurredAt.AddSeconds(seconds), Version = seconds };

    async Task<string> Share(MatchConfirmed match, Guid user)
    {
        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/share", user);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString()!;
    }

    async Task<JsonElement> See(string token)
    {
        using var answer = await fleet.Send(HttpMethod.Get, $"/v1/shared-rides/{token}", user: null);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    static string? Code(JsonElement body) => body.TryGetProperty("code", out var code) ? code.GetString() : null;
}
