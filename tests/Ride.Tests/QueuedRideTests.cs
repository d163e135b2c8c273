using System.Net;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>A ride whose driver still drives another passenger begins when that one ends, and not before.</summary>
public sealed class QueuedRideTests(RideFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_queued_ride_begins_when_the_one_before_it_is_completed()
    {
        var present = await fleet.Ride(RideStatus.InProgress);
        var next = await Promise(present);

        Assert.Equal("Queued", await fleet.StatusOf(next));
        Assert.Equal(present.RideId, Assert.Single(await fleet.Bus.Published<RideCreated>("ride", next.RideId, Ct)).AfterRideId);
        using var tooEarly = await fleet.Step(next, RideStatus.DriverArrived);
        Assert.Equal(HttpStatusCode.Conflict, tooEarly.StatusCode);

        using var completed = await fleet.Step(present, RideStatus.Completed);
        using var arrived = await fleet.Step(next, RideStatus.DriverArrived);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (completed.StatusCode, arrived.StatusCode));
        Assert.Equal(2, Assert.Single(await fleet.Bus.Published<QueuedRideBegan>("ride", next.RideId, Ct)).Version);
        Assert.Equal(1, await fleet.Scalar<long>("select count(*) from ride.transitions where ride_id = @RideId and status = 'DriverAssigned'", next));
    }

    [Fact]
    public async Task However_the_promise_and_the_end_of_the_ride_before_meet_the_next_ride_begins()
    {
        for (var round = 0; round < 10; round++)
        {
            var present = await fleet.Ride(RideStatus.InProgress);
            var next = Next(present);

            var completing = fleet.Step(present, RideStatus.Completed);
            await Task.Delay(round, Ct);
            await fleet.Bus.Publish(Ct, next, next with { EventId = Guid.CreateVersion7() });
            using var completed = await completing;

            Assert.Equal(HttpStatusCode.OK, completed.StatusCode);
            await Eventually.Get(() => fleet.StatusOf(next), status => status == "DriverAssigned", Ct);
        }
    }

    [Fact]
    public async Task A_queued_ride_is_cancelled_by_either_side_without_a_grace_period_and_the_present_one_goes_on()
    {
        var present = await fleet.Ride(RideStatus.InProgress);
        var next = await Promise(present);

        using var cancelled = await fleet.Send(HttpMethod.Post, $"/v1/rides/{next.RideId}/cancel", next.PassengerId, new { reason = "changed-mind" });
        var another = await Promise(present);
        using var completed = await fleet.Step(present, RideStatus.Completed);

        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
        var told = Assert.Single(await fleet.Bus.Published<RideCancelled>("ride", next.RideId, Ct));
        Assert.Equal((RideStatus.Queued, told.OccurredAt), (told.CancelledIn, told.AssignedAt));
        Assert.Equal(("Cancelled", "DriverAssigned", "Completed"), (await fleet.StatusOf(next), await fleet.StatusOf(another), await fleet.StatusOf(present)));
    }

    [Fact]
    public async Task Of_many_promises_behind_one_ride_one_is_kept()
    {
        var present = await fleet.Ride(RideStatus.InProgress);
        var promises = Enumerable.Range(0, 12).Select(_ => Next(present)).ToList();

        await fleet.Bus.Publish(Ct, promises);

        await Eventually.Get(
            () => fleet.Scalar<long>("select count(*) from ride.rides where driver_id = @DriverId", present), count => count == promises.Count + 1, Ct);
        Assert.Equal(1, await fleet.Scalar<long>("select count(*) from ride.rides where driver_id = @DriverId and status = 'Queued'", present));
        Assert.Equal(promises.Count - 1, await fleet.Scalar<long>("select count(*) from ride.rides where driver_id = @DriverId and status = 'Cancelled'", present));
    }

    [Fact]
    public async Task Who_is_promised_a_ride_sees_it_and_the_driver_sees_the_present_one()
    {
        var present = await fleet.Ride(RideStatus.InProgress);
        var next = await Promise(present);

        using var waiting = await fleet.Send(HttpMethod.Get, "/v1/rides/current", next.PassengerId, driver: false);
        using var driving = await fleet.Send(HttpMethod.Get, "/v1/rides/current", next.DriverId);

        Assert.Contains(next.RideId.ToString(), await waiting.Content.ReadAsStringAsync(Ct));
        Assert.Contains($"\"rideId\":\"{present.RideId}\"", await driving.Content.ReadAsStringAsync(Ct));
    }

    async Task<MatchConfirmed> Promise(MatchConfirmed present)
    {
        var next = Next(present);
        await fleet.Bus.Publish(Ct, next);
        await Eventually.Get(() => fleet.StatusOf(next), status => status is not null, Ct);
        return next;
    }

    static MatchConfirmed Next(MatchConfirmed present) => Samples.Match(driver: present.DriverId) with { AfterRideId = present.RideId };
}
