using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Whatever does not fit the status of a ride is a 409 that names it, and leaves no trace.</summary>
public sealed class RefusedStepTests(RideFleet fleet)
{
    static readonly (string Path, bool ByDriver, RideStatus[] LegalIn)[] Steps =
    [
        ("arrive", true, [RideStatus.DriverAssigned]),
        ("start", true, [RideStatus.DriverArrived]),
        ("pin", false, [RideStatus.Queued, RideStatus.DriverAssigned, RideStatus.DriverArrived]),
        ("stops/1/arrive", true, [RideStatus.InProgress]),
        ("stops/1/leave", true, [RideStatus.InProgress]),
        ("complete", true, [RideStatus.InProgress]),
        ("cancel", true, [RideStatus.Queued, RideStatus.DriverAssigned, RideStatus.DriverArrived]),
        ("cancel", false, [RideStatus.Queued, RideStatus.DriverAssigned, RideStatus.DriverArrived]),
        ("reroute", false, [RideStatus.Queued, RideStatus.DriverAssigned, RideStatus.DriverArrived, RideStatus.InProgress]),
        ("share", false, [RideStatus.Queued, RideStatus.DriverAssigned, RideStatus.DriverArrived, RideStatus.InProgress]),
        ("rating", true, [RideStatus.Completed]),
        ("rating", false, [RideStatus.Completed]),
    ];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<RideStatus> Statuses => [.. Enum.GetValues<RideStatus>()];

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task A_step_that_does_not_fit_says_where_the_ride_stands_and_changes_nothing(RideStatus status)
    {
        var match = await In(status);
        var before = await TraceOf(match);

        foreach (var (path, byDriver, _) in Steps.Where(step => !step.LegalIn.Contains(status)))
        {
            using var answer = await fleet.Send(
                HttpMethod.Post, $"/v1/rides/{match.RideId}/{path}", byDriver ? match.DriverId : match.PassengerId, BodyOf(path, match));

            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
            Assert.Equal(
                (path, HttpStatusCode.Conflict, "wrong-ride-status", $"{status}"),
                (path, answer.StatusCode, problem.GetProperty("code").GetString(), problem.GetProperty("state").GetString()));
        }

        Assert.Equal(before, await TraceOf(match));
    }

    static object? BodyOf(string path, MatchConfirmed match) => path switch
    {
        "start" => new { pin = "0000", position = match.Pickup },
        "cancel" => new { reason = "other" },
        "reroute" => new { quoteToken = "any" },
        "rating" => new { stars = 5 },
        "arrive" or "stops/1/arrive" => new { position = match.Pickup },
        "complete" => new { position = match.DropOff },
        _ => null,
    };

    async Task<MatchConfirmed> In(RideStatus status)
    {
        if (status is RideStatus.Queued)
        {
            var present = await fleet.Ride(RideStatus.InProgress);
            var next = Samples.Match(driver: present.DriverId) with { AfterRideId = present.RideId, Stops = [Samples.TimesSquare] };
            await fleet.Bus.Publish(Ct, next);
            await Eventually.Get(() => fleet.StatusOf(next), found => found == "Queued", Ct);
            return next;
        }

        if (status is not RideStatus.Cancelled) return await fleet.Ride(status, stops: [Samples.TimesSquare]);

        var match = await fleet.Ride(stops: [Samples.TimesSquare]);
        using var cancelled = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", match.PassengerId, new { reason = "other" });
        return match;
    }

    /// <summary>All that a step would leave behind.</summary>
    Task<string?> TraceOf(MatchConfirmed match) => fleet.Scalar<string>("""
        select concat_ws(' ', ride.status, ride.version, ride.pin_tries, ride.stops,
            (select count(*) from ride.transitions where ride_id = @RideId), (select count(*) from ride.on_the_way where ride_id = @RideId),
            (select count(*) from (select aggregate_id from ride.outbox union all select aggregate_id from ride.outbox_archive) told where aggregate_id = @RideId))
        from   ride.rides ride where ride.ride_id = @RideId
        """, match);
}
