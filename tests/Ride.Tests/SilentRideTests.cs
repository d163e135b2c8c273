using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Rides of which nothing is heard any more; two copies look at all of them all the time.</summary>
public sealed class SilentRideTests(RideFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    static DateTimeOffset Ago(double hours) => TimeProvider.System.GetUtcNow().AddHours(-hours);

    [Fact]
    public async Task It_is_told_once_and_a_step_ends_the_silence()
    {
        var match = await fleet.Ride(confirmedAt: Ago(hours: 2));

        var told = await Eventually.Get(() => fleet.Bus.Published<RideFellSilent>("ride", match.RideId, Ct), events => events.Count > 0, Ct);
        using var arrived = await fleet.Step(match, RideStatus.DriverArrived);

        await Eventually.Get(() => fleet.Scalar<bool>("select silent_since is null from ride.rides where ride_id = @RideId", match), heard => heard, Ct);
        Assert.Equal((RideStatus.DriverAssigned, null), (Assert.Single(told).Status, told[0].LastPosition));
        Assert.Single(await fleet.Bus.Published<RideFellSilent>("ride", match.RideId, Ct));
    }

    [Fact]
    public async Task A_position_is_a_sign_of_life()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        await Silence(match, hours: 2);
        await Eventually.Get(() => fleet.Bus.Published<RideFellSilent>("ride", match.RideId, Ct), events => events.Count == 1, Ct);

        await fleet.Bus.Publish(Ct, Progressed(match, match.DropOff, Ago(hours: 0)));

        await Eventually.Get(() => fleet.Scalar<bool>("select silent_since is null from ride.rides where ride_id = @RideId", match), heard => heard, Ct);
    }

    /// <summary>A phone that sends no positions, whose driver taps all the same: what happens between two transitions is a step, too.</summary>
    [Fact]
    public async Task A_stop_that_is_reached_is_a_sign_of_life()
    {
        var match = await fleet.Ride(RideStatus.InProgress, stops: [Samples.TimesSquare]);
        await Silence(match, hours: 2);
        await Eventually.Get(() => fleet.Bus.Published<RideFellSilent>("ride", match.RideId, Ct), events => events.Count == 1, Ct);

        using var reached = await fleet.Send(
            HttpMethod.Post, $"/v1/rides/{match.RideId}/stops/1/arrive", match.DriverId, new { position = Samples.TimesSquare });

        await Eventually.Get(() => fleet.Scalar<bool>("select silent_since is null from ride.rides where ride_id = @RideId", match), heard => heard, Ct);
        Assert.Single(await fleet.Bus.Published<RideFellSilent>("ride", match.RideId, Ct));
    }

    [Fact]
    public async Task A_ride_that_has_not_begun_is_cancelled_at_nobodys_expense()
    {
        var match = await fleet.Ride(confirmedAt: Ago(hours: 5));
        await ToldLongAgo(match);

        await Eventually.Get(() => fleet.StatusOf(match), status => status == "Cancelled", Ct);

        var cancelled = Assert.Single(await fleet.Bus.Published<RideCancelled>("ride", match.RideId, Ct));
        Assert.Equal((Party.System, Party.System, "silent"), (cancelled.By, cancelled.Cause, cancelled.Reason));
        Assert.Single(await fleet.Bus.Published<RideFellSilent>("ride", match.RideId, Ct));
    }

    /// <summary>
    /// After an outage: nobody could have looked yet. The ride that was told of long ago is the younger one, so the other was passed over first.
    /// </summary>
    [Fact]
    public async Task A_ride_that_was_told_of_just_now_is_not_closed_however_long_it_was_silent()
    {
        var (justTold, toldLongAgo) = (await fleet.Ride(confirmedAt: Ago(hours: 7)), await fleet.Ride(confirmedAt: Ago(hours: 6)));
        await Told(justTold);
        await ToldLongAgo(toldLongAgo);

        await Eventually.Get(() => fleet.StatusOf(toldLongAgo), status => status == "Cancelled", Ct);

        Assert.Equal("DriverAssigned", await fleet.StatusOf(justTold));
    }

    [Fact]
    public async Task Operators_see_which_rides_are_silent_since_when_and_where_they_were_last()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var (here, lastHeardAt) = (match.Pickup.North(700), Ago(hours: 2));
        await fleet.Bus.Publish(Ct, Progressed(match, here, lastHeardAt));
        await Eventually.Get(() => fleet.Scalar<long>("select count(*) from ride.whereabouts where ride_id = @RideId", match), count => count == 1, Ct);
        var before = await Listed(match);
        await Silence(match, hours: 3);
        await Told(match);

        var silent = (await Listed(match))!.Value;
        using var heard = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/complete", match.DriverId, new { position = match.DropOff });
        using var badLimit = await fleet.SendAsOperator(HttpMethod.Get, "/v1/ops/rides/silent?limit=201");
        using var byAPassenger = await fleet.Send(HttpMethod.Get, "/v1/ops/rides/silent", match.PassengerId);

        Assert.Null(before);
        Assert.Equal((match.PassengerId, match.DriverId), (silent.GetProperty("passengerId").GetGuid(), silent.GetProperty("driverId").GetGuid()));
        Assert.Equal(lastHeardAt, silent.GetProperty("silentSince").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(here.Latitude, silent.GetProperty("lastPosition").GetProperty("latitude").GetDouble(), 6);
        Assert.Equal(
            silent.GetProperty("toldAt").GetDateTimeOffset() + new RideOptions().TimeToLook, silent.GetProperty("closesAt").GetDateTimeOffset());
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Forbidden), (badLimit.StatusCode, byAPassenger.StatusCode));
        Assert.Null(await Listed(match));
    }

    [Fact]
    public void A_ride_is_closed_later_than_it_is_told_of()
    {
        var rules = new RideOptions { SilentAfter = TimeSpan.FromHours(5) };

        var wrong = Assert.Single(rules.Validate(new(rules)));

        Assert.Equal([nameof(RideOptions.ClosedAfter)], wrong.MemberNames);
        Assert.Empty(new RideOptions().Validate(new(rules)));
    }

    [Fact]
    public async Task A_ride_in_progress_ended_when_and_where_it_was_last_heard_of()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        var (here, lastHeardAt) = (match.Pickup.North(800), Ago(hours: 4.5));
        await fleet.Bus.Publish(Ct, Progressed(match, here, lastHeardAt));
        await Eventually.Get(() => fleet.Scalar<long>("select count(*) from ride.whereabouts where ride_id = @RideId", match), count => count == 1, Ct);
        await Silence(match, hours: 5);
        await ToldLongAgo(match);

        await Eventually.Get(() => fleet.StatusOf(match), status => status == "Completed", Ct);

        var completed = Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct));
        Assert.Equal(lastHeardAt, completed.CompletedAt, TimeSpan.FromMilliseconds(1));
        Assert.Equal((here.Latitude, 10_000), (completed.DropOff.Latitude, completed.FareFactorBasisPoints));
        Assert.Equal(1, await fleet.Scalar<long>("select count(*) from ride.transitions where ride_id = @RideId and by = 'System' and reason = 'silent'", match));
    }

    /// <summary>It ended hours ago, but nobody knew: who needs help now, or waits for somebody, is not too late.</summary>
    [Fact]
    public async Task Help_and_the_link_are_there_when_a_silent_ride_has_been_closed()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        using var shared = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/share", match.PassengerId);
        var path = (await shared.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("path").GetString()!;
        await Silence(match, hours: 5);
        await ToldLongAgo(match);
        await Eventually.Get(() => fleet.StatusOf(match), status => status == "Completed", Ct);

        using var seen = await fleet.Send(HttpMethod.Get, path, user: null);
        using var help = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/sos", match.PassengerId, new { });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (seen.StatusCode, help.StatusCode));
        var ride = await seen.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.True(ride.GetProperty("shownUntil").GetDateTimeOffset() > ride.GetProperty("endedAt").GetDateTimeOffset().AddHours(4));
    }

    static RideProgressed Progressed(MatchConfirmed match, GeoPoint position, DateTimeOffset at) =>
        new(match.RideId, match.PassengerId, match.DriverId, position, 800, 60) { OccurredAt = at, Version = 1 };

    /// <summary>As operators see it, page by page; null when it is not among the silent ones.</summary>
    async Task<JsonElement?> Listed(MatchConfirmed match)
    {
        var cursor = (string?)null;
        do
        {
            using var answer = await fleet.SendAsOperator(HttpMethod.Get, $"/v1/ops/rides/silent?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
            foreach (var ride in page.GetProperty("rides").EnumerateArray().Where(ride => ride.GetProperty("rideId").GetGuid() == match.RideId)) return ride;
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        return null;
    }

    async Task Told(MatchConfirmed match) => await Eventually.Get(
        () => fleet.Scalar<bool>("select silence_told_at is not null from ride.rides where ride_id = @RideId", match), told => told, Ct);

    /// <summary>Somebody had the time to look that the rule gives.</summary>
    async Task ToldLongAgo(MatchConfirmed match)
    {
        await Told(match);
        await fleet.Scalar<int>("update ride.rides set silence_told_at = silence_told_at - interval '4 hours' where ride_id = @RideId; select 1", match);
    }

    /// <summary>As if all of it had happened so long ago.</summary>
    Task<int> Silence(MatchConfirmed match, int hours) => fleet.Scalar<int>($"""
        update ride.rides
        set    assigned_at = assigned_at - interval '{hours} hours', arrived_at = arrived_at - interval '{hours} hours',
               started_at = started_at - interval '{hours} hours'
        where ride_id = @RideId; select 1
        """, match);
}
