using System.Net;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Cities in which both sides must agree.</summary>
public sealed class ConfirmDriverTests(MatchFleet fleet)
{
    // NebengJek 9: repeated confirmations published the match again.
    [Fact]
    public async Task The_match_is_made_when_the_passenger_agrees_and_only_once()
    {
        var (passenger, drivers, rideRequestId) = await AcceptedByTheDriver();
        var before = await fleet.EventsOf(rideRequestId);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => passenger.Confirm(rideRequestId, accept: true)));

        Assert.Single(replies, reply => reply.Succeeded);
        Assert.DoesNotContain(nameof(MatchConfirmed), before);
        Assert.Single(await fleet.EventsOf(rideRequestId), nameof(MatchConfirmed));
        Assert.Equal(drivers[0].Id, (await passenger.Sees(rideRequestId, RideRequestStatus.Matched)).DriverId);
    }

    [Fact]
    public async Task A_refused_driver_is_free_and_the_search_goes_on_without_them()
    {
        var (passenger, drivers, rideRequestId) = await AcceptedByTheDriver();

        var refused = await passenger.Confirm(rideRequestId, accept: false);
        var next = await drivers[1].GetsAnOffer();

        Assert.True(refused.Succeeded);
        Assert.Equal(rideRequestId, next.RideRequestId);
        Assert.Equal(0, await fleet.Busy(drivers[0].Id));
        Assert.Contains(nameof(OfferWithdrawn), await fleet.EventsOf(rideRequestId));
    }

    [Fact]
    public async Task Agreeing_and_refusing_at_once_leave_one_truth()
    {
        var (passenger, _, rideRequestId) = await AcceptedByTheDriver();

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => passenger.Confirm(rideRequestId, accept: number % 2 == 0)));

        Assert.Single(replies, reply => reply.Succeeded);
        Assert.Single(await fleet.EventsOf(rideRequestId), name => name is nameof(MatchConfirmed) or nameof(OfferWithdrawn));
    }

    [Fact]
    public async Task A_passenger_who_says_nothing_is_taken_to_have_left()
    {
        var (passenger, drivers, rideRequestId) = await AcceptedByTheDriver();

        // As if the time to think about the driver had passed.
        await fleet.Rows<Guid>("update match.ride_requests set confirm_by = now() where ride_request_id = @rideRequestId returning ride_request_id", new { rideRequestId });
        await passenger.Sees(rideRequestId, RideRequestStatus.Cancelled);
        var late = await passenger.Confirm(rideRequestId, accept: true);

        Assert.Equal(HttpStatusCode.Conflict, late.Status);
        Assert.Equal(0, await fleet.Busy(passenger.Id, drivers[0].Id));
        Assert.DoesNotContain(nameof(MatchConfirmed), await fleet.EventsOf(rideRequestId));
    }

    async Task<(Passenger Passenger, Driver[] Drivers, Guid RideRequestId)> AcceptedByTheDriver()
    {
        var city = fleet.City(CityKind.BothConfirm);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        var rideRequestId = await passenger.Requests();
        var accepted = await drivers[0].Accept((await drivers[0].GetsAnOffer()).OfferId);
        Assert.True(accepted is { Succeeded: true, Body.RideId: null }, $"{accepted}");
        Assert.Equal(nameof(OfferStatus.Accepted), (await drivers[0].CurrentOffer()).Body.Status);
        return (passenger, drivers, rideRequestId);
    }
}
