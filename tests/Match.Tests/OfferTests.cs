using System.Net;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>How a request finds its driver, and what becomes of offers.</summary>
public sealed class OfferTests(MatchFleet fleet)
{
    [Fact]
    public async Task The_nearest_driver_is_asked_and_takes_the_passenger()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(3, metresApart: 100));

        var rideRequestId = await passenger.Requests();
        var offer = await drivers[0].GetsAnOffer();
        var accepted = await drivers[0].Accept(offer.OfferId);
        var matched = await passenger.See(rideRequestId);

        Assert.Equal((rideRequestId, city.Centre, new Money(1_250, "USD")), (offer.RideRequestId, offer.Pickup, offer.Fare));
        Assert.InRange(offer.PickupDistanceMetres, 99, 101);
        Assert.Equal((nameof(RideRequestStatus.Matched), drivers[0].Id, accepted.Body.RideId), (matched.Status, matched.DriverId, matched.RideId));
        Assert.Equal([nameof(RideRequested), nameof(OfferMade), nameof(OfferAccepted), nameof(MatchConfirmed)], await fleet.EventsOf(rideRequestId));
    }

    // NebengJek 10: two accepted matches for one driver. Fifty requests, fifty drivers, two dispatching copies: nobody is asked for two at once.
    [Fact]
    public async Task In_a_rush_every_request_gets_one_driver_and_every_driver_one_request()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, drivers) = (await city.Passengers(40), await city.Drivers(40));

        var requests = await Task.WhenAll(passengers.Select(passenger => passenger.Requests()));
        var rides = await Task.WhenAll(drivers.Select(driver => driver.TakesAnOffer()));

        Assert.Equal(40, rides.Distinct().Count());
        Assert.Equal([(40L, 40L, 40L)], await fleet.Rows<(long, long, long)>(
            "select count(*), count(distinct ride_request_id), count(distinct driver_id) from match.offers where ride_request_id = any(@requests)",
            new { requests }));
    }

    // NebengJek 14: a rejection did not bring the request back; NebengJek 12: the same pair twice.
    [Fact]
    public async Task A_declined_request_goes_to_the_next_driver_and_never_back()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(3));
        var rideRequestId = await passenger.Requests();

        foreach (var driver in drivers)
        {
            Assert.True((await driver.Decline((await driver.GetsAnOffer()).OfferId)).Succeeded);
        }

        await passenger.Sees(rideRequestId, RideRequestStatus.Searching);
        Assert.Equal([(3L, 3L)], await fleet.Rows<(long, long)>(
            "select count(*), count(distinct driver_id) from match.offers where ride_request_id = @rideRequestId and status = 'Declined'",
            new { rideRequestId }));
    }

    // NebengJek 9 and 5: a rejected match came back to life; anybody could reject an accepted one.
    [Fact]
    public async Task NebengJek_9_what_was_declined_cannot_be_accepted_and_what_was_accepted_not_declined()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        var rideRequestId = await passenger.Requests();
        var declined = (await drivers[0].GetsAnOffer()).OfferId;
        await drivers[0].Decline(declined);
        var accepted = (await drivers[1].GetsAnOffer()).OfferId;
        await drivers[1].Accept(accepted);

        var revived = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => drivers[0].Accept(declined)));
        var undone = await drivers[1].Decline(accepted);

        Assert.All(revived, reply => Assert.Equal((HttpStatusCode.Conflict, "offer-not-open", "Declined"), (reply.Status, reply.Body.Code, reply.Body.State)));
        Assert.Equal((HttpStatusCode.Conflict, "Accepted"), (undone.Status, undone.Body.State));
        Assert.Single(await fleet.EventsOf(rideRequestId), nameof(MatchConfirmed));
    }

    // NebengJek 4 and 5: an outsider's confirmation made a ride, an outsider's rejection ended one.
    [Fact]
    public async Task Outsiders_can_neither_accept_nor_decline_nor_confirm()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        var outsider = new Driver(city, 50);
        var rideRequestId = await passengers[0].Requests();
        var offerId = (await driver.GetsAnOffer()).OfferId;

        Assert.Equal(HttpStatusCode.NotFound, (await outsider.Accept(offerId)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await outsider.Decline(offerId)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await passengers[1].Confirm(rideRequestId, accept: true)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await passengers[0].Post($"/v1/offers/{offerId}/accept")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await passengers[0].Confirm(rideRequestId, accept: true)).Status);
        Assert.Equal(nameof(OfferStatus.Open), (await driver.CurrentOffer()).Body.Status);
    }

    // NebengJek 13: proposals never expired.
    [Fact]
    public async Task An_unanswered_offer_expires_and_the_next_driver_is_asked()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        var rideRequestId = await passenger.Requests();
        var missed = (await drivers[0].GetsAnOffer()).OfferId;

        // As if the time to think about it had passed.
        await fleet.Rows<Guid>("update match.offers set expires_at = now() where offer_id = @missed returning offer_id", new { missed });
        var next = await drivers[1].GetsAnOffer();
        var late = await drivers[0].Accept(missed);

        Assert.Equal(rideRequestId, next.RideRequestId);
        Assert.Equal((HttpStatusCode.Conflict, nameof(OfferStatus.Expired)), (late.Status, late.Body.State));
        Assert.Contains(nameof(OfferExpired), await fleet.EventsOf(rideRequestId));
    }

    // NebengJek 13: nobody was told that nobody was found.
    [Fact]
    public async Task A_search_without_drivers_ends_when_it_said_it_would()
    {
        var passenger = await fleet.City(CityKind.Hopeless).Passenger();
        var rideRequestId = await passenger.Requests();

        await passenger.Sees(rideRequestId, RideRequestStatus.NoDriverFound);
        var again = await passenger.Request();

        Assert.Equal([nameof(RideRequested), nameof(NoDriverFound)], await fleet.EventsOf(rideRequestId));
        Assert.Equal(HttpStatusCode.Created, again.Status);
    }

    // NebengJek 13: the search happened once; a driver who came later was not matched.
    [Fact]
    public async Task A_driver_who_comes_later_gets_the_request_that_waits()
    {
        var city = fleet.City(CityKind.Plain);
        var passenger = await city.Passenger();
        var rideRequestId = await passenger.Requests();
        await passenger.Sees(rideRequestId, RideRequestStatus.Searching);

        var driver = await city.Driver();

        Assert.Equal(rideRequestId, (await driver.GetsAnOffer()).RideRequestId);
    }

    // NebengJek 13: no cancel.
    [Fact]
    public async Task Cancelling_withdraws_the_open_offer_and_frees_the_driver_for_others()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        var rideRequestId = await passengers[0].Requests();
        var offerId = (await driver.GetsAnOffer()).OfferId;

        var cancelled = await passengers[0].Cancel(rideRequestId);
        var tooLate = await driver.Accept(offerId);
        var next = await passengers[1].Requests();

        Assert.Equal(nameof(RideRequestStatus.Cancelled), cancelled.Body.Status);
        Assert.Equal((HttpStatusCode.Conflict, nameof(OfferStatus.Withdrawn)), (tooLate.Status, tooLate.Body.State));
        Assert.Equal([nameof(RideRequested), nameof(OfferMade), nameof(RideRequestCancelled), nameof(OfferWithdrawn)], await fleet.EventsOf(rideRequestId));
        Assert.Equal(next, (await driver.GetsAnOffer()).RideRequestId);
    }

    [Fact]
    public async Task A_matched_request_cannot_be_cancelled_any_more()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var rideRequestId = await passenger.Requests();
        var rideId = await driver.TakesAnOffer();

        var reply = await passenger.Cancel(rideRequestId);
        var current = await passenger.Get("/v1/ride-requests/current");

        Assert.Equal((HttpStatusCode.Conflict, "already-matched", nameof(RideRequestStatus.Matched)), (reply.Status, reply.Body.Code, reply.Body.State));
        Assert.Equal(rideId, current.Body.RideId);
    }

    [Fact]
    public async Task A_driver_who_goes_offline_loses_the_offer_to_the_next()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        var rideRequestId = await passenger.Requests();
        await drivers[0].GetsAnOffer();

        await drivers[0].GoOffline();

        Assert.Equal(rideRequestId, (await drivers[1].GetsAnOffer()).RideRequestId);
        Assert.Equal(HttpStatusCode.NotFound, (await drivers[0].CurrentOffer()).Status);
    }

    [Fact]
    public async Task Suspended_drivers_and_drivers_we_do_not_know_get_no_offers()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2, metresApart: 50));
        var stranger = new Driver(city, 10);
        stranger.GoOnline();
        await fleet.Tell(new DriverSuspended(drivers[0].Id, "papers-expired") { OccurredAt = TestCity.Now, Version = 2 });
        await Eventually.Is(false, async () => (await fleet.Rows<bool>("select approved from match.drivers where driver_id = @Id", new { drivers[0].Id }))[0]);

        var rideRequestId = await passenger.Requests();

        Assert.Equal(rideRequestId, (await drivers[1].GetsAnOffer()).RideRequestId);
        Assert.Equal([1L], await fleet.Rows<long>("select count(*) from match.offers where ride_request_id = @rideRequestId", new { rideRequestId }));
    }

    [Fact]
    public async Task A_driver_is_never_offered_a_ride_of_their_own()
    {
        var city = fleet.City(CityKind.Plain);
        var passenger = await city.Passenger();
        await fleet.Tell(new DriverApproved(passenger.Id, VehicleType.Car, VehicleClass.Standard) { OccurredAt = TestCity.Now, Version = 1 });
        fleet.Location.Add(passenger.Id, city.Id, city.Centre);
        var driver = await city.Driver(500);

        var rideRequestId = await passenger.Requests();

        Assert.Equal(rideRequestId, (await driver.GetsAnOffer()).RideRequestId);
    }
}
