using System.Net;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Races for a match, on two copies of the service; and the constraints behind them.</summary>
public sealed class AcceptOfferTests(MatchFleet fleet)
{
    // NebengJek 10: two acceptances, two rides. NebengJek 11: the losers' offers were rejected in the background, lost in a crash.
    [Fact]
    public async Task Of_twenty_drivers_who_accept_at_once_exactly_one_wins_and_all_others_are_withdrawn_with_it()
    {
        var city = fleet.City(CityKind.Broadcast);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(20));
        var rideRequestId = await passenger.Requests();
        var offers = await Task.WhenAll(drivers.Select(driver => driver.GetsAnOffer()));

        var replies = await Task.WhenAll(drivers.Zip(offers, (driver, offer) => driver.Accept(offer.OfferId)));

        var winner = Assert.Single(replies, reply => reply.Succeeded);
        Assert.All(replies.Except([winner]), reply => Assert.Equal(HttpStatusCode.Conflict, reply.Status));
        Assert.Equal(winner.Body.RideId, (await passenger.See(rideRequestId)).RideId);
        Assert.Equal([("Accepted", 1L), ("Withdrawn", 19L)], await fleet.Rows<(string, long)>(
            "select status, count(*) from match.offers where ride_request_id = @rideRequestId group by status order by status", new { rideRequestId }));
        // One transaction wrote the match, both busy sides and every withdrawal: there is no instant at which a crash could part them.
        Assert.Equal([1L], await fleet.Rows<long>("""
            select count(distinct writer) from (
                select xmin::text as writer from match.offers where ride_request_id = @rideRequestId
                union select xmin::text from match.busy_parties where ride_id = @RideId
                union select xmin::text from match.ride_requests where ride_request_id = @rideRequestId) rows
            """, new { rideRequestId, winner.Body.RideId }));
        var events = await fleet.EventsOf(rideRequestId);
        Assert.Single(events, nameof(MatchConfirmed));
        Assert.Equal(19, events.Count(name => name == nameof(OfferWithdrawn)));
    }

    // NebengJek 9: a repeated confirmation published the match again.
    [Fact]
    public async Task One_driver_who_accepts_twenty_times_gets_one_ride()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var rideRequestId = await passenger.Requests();
        var offerId = (await driver.GetsAnOffer()).OfferId;

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => driver.Accept(offerId)));

        Assert.Single(replies, reply => reply.Succeeded);
        Assert.Single(await fleet.EventsOf(rideRequestId), nameof(MatchConfirmed));
    }

    [Fact]
    public async Task The_same_acceptance_under_one_key_is_answered_alike_twenty_times()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var rideRequestId = await passenger.Requests();
        var (offerId, key) = ((await driver.GetsAnOffer()).OfferId, $"{Guid.NewGuid()}");

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => driver.Accept(offerId, key)));
        var later = await driver.Accept(offerId, key);

        Assert.All(replies, reply => Assert.True(reply.Succeeded || reply.Body.Code == "request-in-flight", $"{reply}"));
        Assert.Single(replies.Where(reply => reply.Succeeded).Append(later).Select(reply => reply.Body.RideId).Distinct());
        Assert.Single(await fleet.EventsOf(rideRequestId), nameof(MatchConfirmed));
    }

    // NebengJek 10 and anchors 2.3, 2: a second ride was accepted by the driver already driving. Twenty offers that should not exist are forced past dispatch.
    [Fact]
    public async Task NebengJek_10_a_driver_with_two_offers_or_on_a_ride_gets_no_second_ride()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(20), await city.Driver());
        var first = await passengers[0].Requests();
        var offerId = (await driver.GetsAnOffer()).OfferId;
        var others = await Task.WhenAll(passengers.Skip(1).Select(passenger => passenger.Requests()));

        var second = await Assert.ThrowsAsync<PostgresException>(() => ForceOffer(others[0], passengers[1].Id, driver.Id));
        Assert.True((await driver.Accept(offerId)).Succeeded);
        var forced = await ForceOffer(others[0], passengers[1].Id, driver.Id);
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => driver.Accept(forced)));

        Assert.Equal("offers_one_open_per_driver", second.ConstraintName);
        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.Conflict, "driver-busy"), (reply.Status, reply.Body.Code)));
        Assert.Equal(1, await fleet.Busy(driver.Id));
        Assert.Equal(1, await fleet.Count("match.offers where driver_id = @Id and status = 'Accepted' and ride_request_id = @first", new { driver.Id, first }));
    }

    // NebengJek 12: pairs were checked, then inserted, without an index.
    [Fact]
    public async Task The_same_pair_twice_and_two_open_offers_of_one_request_are_impossible()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        var rideRequestId = await passenger.Requests();
        await drivers[0].GetsAnOffer();

        var open = await Assert.ThrowsAsync<PostgresException>(() => ForceOffer(rideRequestId, passenger.Id, drivers[1].Id));
        await drivers[0].Decline((await drivers[0].GetsAnOffer()).OfferId);
        await drivers[1].GetsAnOffer();
        var twice = await Assert.ThrowsAsync<PostgresException>(() => ForceOffer(rideRequestId, passenger.Id, drivers[0].Id, broadcast: true));

        Assert.Equal("offers_one_open_per_request", open.ConstraintName);
        Assert.Equal("offers_never_the_same_driver_twice", twice.ConstraintName);
    }

    // NebengJek 15: read, check, write without a lock. Twenty times accept against cancel: one of the two wins, never both.
    [Fact]
    public async Task Accept_and_cancel_at_once_leave_one_truth()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, drivers) = (await city.Passengers(20), await city.Drivers(20));
        var requests = await Task.WhenAll(passengers.Select(passenger => passenger.Requests()));
        var owners = passengers.Zip(requests).ToDictionary(pair => pair.Second, pair => pair.First);
        var offers = await Task.WhenAll(drivers.Select(driver => driver.GetsAnOffer()));

        var races = await Task.WhenAll(drivers.Zip(offers, async (driver, offer) =>
        {
            var cancelling = owners[offer.RideRequestId].Cancel(offer.RideRequestId);
            var accepting = driver.Accept(offer.OfferId);
            return (offer.RideRequestId, Cancelled: (await cancelling).Succeeded, Accepted: (await accepting).Succeeded);
        }));

        Assert.All(races, race => Assert.True(race.Cancelled != race.Accepted));
        foreach (var race in races)
        {
            var events = await fleet.EventsOf(race.RideRequestId);
            Assert.Equal((race.Accepted, race.Cancelled), (events.Contains(nameof(MatchConfirmed)), events.Contains(nameof(RideRequestCancelled))));
        }
    }

    // NebengJek 13 and 15: acceptance against expiry: at the last moment, twenty times.
    [Fact]
    public async Task Accept_and_expiry_at_once_leave_one_truth()
    {
        var city = fleet.City(CityKind.Hasty);
        var (passengers, drivers) = (await city.Passengers(20), await city.Drivers(20));
        await Task.WhenAll(passengers.Select(passenger => passenger.Requests()));

        var races = await Task.WhenAll(drivers.Select(async driver =>
        {
            var offer = await driver.GetsAnOffer();
            var lastMoment = offer.ExpiresAt - TestCity.Now - TimeSpan.FromMilliseconds(5 + Random.Shared.Next(20));
            await Task.Delay(lastMoment > TimeSpan.Zero ? lastMoment : TimeSpan.Zero, TestContext.Current.CancellationToken);
            return (offer.OfferId, Accepted: (await driver.Accept(offer.OfferId)).Succeeded);
        }));

        var ids = races.Select(race => race.OfferId).ToArray();
        await Eventually.Is(0L, () => fleet.Count("match.offers where offer_id = any(@ids) and status = 'Open'", new { ids }));
        foreach (var (offerId, accepted) in races)
        {
            var status = (await fleet.Rows<string>("select status from match.offers where offer_id = @offerId", new { offerId }))[0];
            Assert.Equal(accepted ? nameof(OfferStatus.Accepted) : nameof(OfferStatus.Expired), status);
        }
    }

    async Task<Guid> ForceOffer(Guid rideRequestId, Guid passengerId, Guid driverId, bool broadcast = false)
    {
        await fleet.Rows<int>("update match.ride_requests set status = 'Offered' where ride_request_id = @rideRequestId", new { rideRequestId });
        return (await fleet.Rows<Guid>("""
            insert into match.offers (
                offer_id, ride_request_id, passenger_id, driver_id, driver_position, pickup_distance_metres, broadcast, made_at, expires_at)
            values (gen_random_uuid(), @rideRequestId, @passengerId, @driverId, platform.point(10, 10), 1, @broadcast, now(), now() + interval '1 minute')
            returning offer_id
            """, new { rideRequestId, passengerId, driverId, broadcast }))[0];
    }
}
