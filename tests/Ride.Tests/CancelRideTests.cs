using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>How rides end early, and what remains of every step.</summary>
public sealed class CancelRideTests(RideFleet fleet)
{
    const int Callers = 24;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_passenger_who_does_not_come_can_be_left_once_the_driver_has_waited()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);

        await Eventually.Get(() => Cancel(match, match.DriverId, "passenger-no-show"), answer => answer == HttpStatusCode.OK, Ct);

        var cancelled = Assert.Single(await fleet.Bus.Published<RideCancelled>("ride", match.RideId, Ct));
        Assert.Equal((Party.Driver, Party.Passenger, "passenger-no-show"), (cancelled.By, cancelled.Cause, cancelled.Reason));
        var arrivedAt = await fleet.Scalar<DateTime>("select arrived_at from ride.rides where ride_id = @RideId", match);
        Assert.True(cancelled.OccurredAt.UtcDateTime >= arrivedAt + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_app_learns_what_can_be_said_and_from_when()
    {
        var match = await fleet.Ride();

        var passenger = await Cancellation(match, match.PassengerId);
        var driver = await Cancellation(match, match.DriverId);
        using var arrived = await fleet.Step(match, RideStatus.DriverArrived);
        var waiting = await Cancellation(match, match.DriverId);
        using var started = await fleet.Step(match, RideStatus.InProgress);

        Assert.Equal(match.OccurredAt.AddMinutes(10), From(passenger, "driver-no-show")!.Value, TimeSpan.FromMilliseconds(1));
        Assert.Null(From(passenger, "changed-mind"));
        Assert.DoesNotContain("passenger-no-show", Reasons(driver));
        Assert.Equal(
            await fleet.Scalar<DateTime>("select arrived_at + interval '1 second' from ride.rides where ride_id = @RideId", match),
            From(waiting, "passenger-no-show")!.Value.UtcDateTime, TimeSpan.FromMilliseconds(1));
        Assert.Empty(Reasons(await Cancellation(match, match.PassengerId)));
        using var stranger = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}/cancellation", Guid.CreateVersion7());
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
    }

    [Theory]
    [InlineData("passenger-no-show")]
    [InlineData("driver-no-show")]
    [InlineData("because")]
    [InlineData(null)]
    public async Task Before_a_ride_exists_nobody_has_failed_to_come(string? reason)
    {
        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{Guid.CreateVersion7()}/cancel", Guid.CreateVersion7(), new { reason });

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("reason", problem.GetProperty("field").GetString());
    }

    /// <summary>Both sides say so, many times and at once: one cancellation, and the history tells from what to what, by whom and why.</summary>
    [Fact]
    public async Task The_timeline_tells_every_step_whole()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => caller % 2 == 0
            ? Cancel(match, match.DriverId, "vehicle-problem")
            : Cancel(match, match.PassengerId, "other-vehicle")));
        using var seen = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}", match.PassengerId);

        Assert.Single(answers, HttpStatusCode.OK);
        var steps = (await seen.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("timeline").EnumerateArray()
            .Select(step => (Text(step, "from"), Text(step, "status"), Text(step, "by"), Text(step, "reason"))).ToList();
        var cancelled = Assert.Single(await fleet.Bus.Published<RideCancelled>("ride", match.RideId, Ct));
        Assert.Equal(
            [
                (null, "DriverAssigned", "System", null), ("DriverAssigned", "DriverArrived", "Driver", null),
                ("DriverArrived", "Cancelled", $"{cancelled.By}", cancelled.Reason),
            ],
            steps);
    }

    /// <summary>The table and the code hold the same list of steps.</summary>
    [Fact]
    public async Task The_database_refuses_what_the_state_machine_refuses()
    {
        var match = await fleet.Ride();
        var version = 100;
        foreach (var from in Enum.GetValues<RideStatus>())
        {
            foreach (var to in Enum.GetValues<RideStatus>())
            {
                var accepted = await Accepts(match, from, to, version++);

                Assert.True(accepted == Ride.Steps.Contains((from, to)), $"{from} to {to}");
            }
        }
    }

    async Task<bool> Accepts(MatchConfirmed match, RideStatus from, RideStatus to, int version)
    {
        try
        {
            await fleet.Scalar<int>($"""
                insert into ride.transitions (ride_id, version, from_status, status, by, at) values (@RideId, {version}, '{from}', '{to}', 'System', now());
                select 1
                """, match);
            return true;
        }
        catch (PostgresException refused) when (refused.ConstraintName == "transitions_legal")
        {
            return false;
        }
    }

    async Task<HttpStatusCode> Cancel(MatchConfirmed match, Guid user, string reason)
    {
        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", user, new { reason });
        return answer.StatusCode;
    }

    async Task<JsonElement> Cancellation(MatchConfirmed match, Guid user)
    {
        using var answer = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}/cancellation", user);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    static IEnumerable<string?> Reasons(JsonElement cancellation) =>
        cancellation.GetProperty("reasons").EnumerateArray().Select(option => Text(option, "reason"));

    static DateTimeOffset? From(JsonElement cancellation, string reason) =>
        cancellation.GetProperty("reasons").EnumerateArray().Single(option => Text(option, "reason") == reason).TryGetProperty("from", out var from)
            ? from.GetDateTimeOffset()
            : null;

    static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}
