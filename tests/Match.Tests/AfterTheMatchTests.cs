using System.Net;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>The busy guard: closed by a match, opened by the ride's end.</summary>
public sealed class AfterTheMatchTests(MatchFleet fleet)
{
    // Anchors 2.3, 2: a position during a trip made the driver available, and a second ride was accepted.
    [Fact]
    public async Task Who_is_on_a_ride_is_asked_for_nothing_and_may_ask_for_nothing()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        await passengers[0].Requests();
        await driver.TakesAnOffer();

        driver.GoOnline();
        var waiting = await passengers[1].Requests();
        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => passengers[0].Request()));

        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.Conflict, "active-ride"), (reply.Status, reply.Body.Code)));
        Assert.Equal(HttpStatusCode.NotFound, (await driver.CurrentOffer()).Status);
        Assert.Equal(nameof(RideRequestStatus.Searching), (await passengers[1].See(waiting)).Status);
    }

    [Fact]
    public async Task A_completed_ride_frees_both_however_often_it_is_told()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        await passenger.Requests();
        var completed = Completed(await driver.TakesAnOffer(), passenger, driver);

        await fleet.Tell(completed);
        await IsFree(driver);
        await passenger.Requests();
        var second = await driver.TakesAnOffer();
        // The first ride's end again, as another message: it must not end the second.
        await fleet.Tell(completed with { EventId = Guid.CreateVersion7() });
        await Eventually.Is(2L, () => fleet.Count(
            "match.inbox where event_id in (select event_id from match.outbox_archive where aggregate_id = @RideId)", new { completed.RideId }));

        Assert.Equal(2, await fleet.Count("match.busy_parties where ride_id = @second", new { second }));
    }

    [Fact]
    public async Task When_the_driver_cancels_the_passenger_is_searched_for_again_and_that_driver_not_asked()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        var rideRequestId = await passenger.Requests();
        var firstRide = await drivers[0].TakesAnOffer();

        await fleet.Tell(Cancelled(firstRide, rideRequestId, passenger, drivers[0], Party.Driver));
        var secondRide = await drivers[1].TakesAnOffer();
        var matched = await passenger.See(rideRequestId);

        Assert.NotEqual(firstRide, secondRide);
        Assert.Equal((nameof(RideRequestStatus.Matched), secondRide, drivers[1].Id), (matched.Status, matched.RideId, matched.DriverId));
        Assert.Equal(2, (await fleet.EventsOf(rideRequestId)).Count(name => name == nameof(MatchConfirmed)));
        await IsFree(drivers[0]);
    }

    /// <summary>The passenger had gone another way meanwhile: that one is looked for again, by its quote, and who gives it up has not broken a promise.</summary>
    [Fact]
    public async Task What_a_driver_gave_up_is_searched_for_as_it_was_last_agreed()
    {
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        var rideRequestId = await passengers[0].Requests();
        var rideId = await driver.TakesAnOffer();
        driver.LeavesThePool();
        var younger = await passengers[1].Requests();
        var (dropOff, fare) = (new GeoPoint(city.Centre.Latitude + 0.03, city.Centre.Longitude), new Money(1_900, "USD"));
        GeoPoint[] stops = [new(city.Centre.Latitude + 0.01, city.Centre.Longitude)];
        var cancelled = Cancelled(rideId, rideRequestId, passengers[0], driver, Party.Driver) with { DropOff = dropOff, Stops = stops, QuotedFare = fare };

        await fleet.Tell(cancelled, cancelled with { EventId = Guid.CreateVersion7() }, cancelled with { EventId = Guid.CreateVersion7() });
        await passengers[0].Sees(rideRequestId, RideRequestStatus.Searching);
        var next = await city.Driver();
        var offer = await next.GetsAnOffer();
        await next.Accept(offer.OfferId);

        Assert.Equal((rideRequestId, dropOff, fare), (offer.RideRequestId, offer.DropOff, offer.Fare));
        Assert.Equal(nameof(RideRequestStatus.Searching), (await passengers[1].See(younger)).Status);
        var matches = await fleet.Rows<string>("""
            select payload from (select payload, event_type, aggregate_id from match.outbox union all select payload, event_type, aggregate_id from match.outbox_archive) told
            where  aggregate_id = @rideRequestId and event_type = 'MatchConfirmed' order by (payload::jsonb ->> 'version')::bigint
            """, new { rideRequestId });
        var last = System.Text.Json.JsonSerializer.Deserialize<MatchConfirmed>(matches[^1], ServiceDefaults.Json.Options)!;
        Assert.Equal((2, cancelled.QuoteId, fare, dropOff), (matches.Count, last.QuoteId, last.QuotedFare, last.DropOff));
        Assert.Equal(stops, last.Stops!);
        Assert.Equal(0, await fleet.Count("match.offers where ride_id = @rideId and driver_cancelled", new { rideId }));
    }

    /// <summary>Somebody else stands beside the next driver: at the head of the queue that is nothing.</summary>
    [Fact]
    public async Task Whom_a_driver_gave_up_is_served_before_somebody_who_is_nearer()
    {
        const int MetresAway = 1_500;
        var city = fleet.City(CityKind.Plain);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        var rideRequestId = await passengers[0].Requests();
        var rideId = await driver.TakesAnOffer();
        driver.LeavesThePool();
        await fleet.Tell(Cancelled(rideId, rideRequestId, passengers[0], driver, Party.Driver));
        await passengers[0].Sees(rideRequestId, RideRequestStatus.Searching);
        var nearer = await passengers[1].Request(passengers[1].Token(passengers[1].Quote() with { Pickup = new Driver(city, MetresAway).Position }));

        var offer = await (await city.Driver(MetresAway)).GetsAnOffer();

        Assert.True(nearer.Succeeded, $"{nearer}");
        Assert.Equal(rideRequestId, offer.RideRequestId);
    }

    [Fact]
    public async Task When_the_passenger_cancels_the_ride_both_are_free_and_the_request_stays_closed()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var rideRequestId = await passenger.Requests();
        var rideId = await driver.TakesAnOffer();

        await fleet.Tell(Cancelled(rideId, rideRequestId, passenger, driver, Party.Passenger));
        await IsFree(driver);
        var again = await passenger.Request();

        Assert.Equal(nameof(RideRequestStatus.Matched), (await passenger.See(rideRequestId)).Status);
        Assert.Equal(HttpStatusCode.Created, again.Status);
    }

    Task IsFree(Driver driver) => Eventually.Is(0L, () => fleet.Busy(driver.Id));

    static RideCompleted Completed(Guid rideId, Passenger passenger, Driver driver) =>
        new(rideId, passenger.Id, driver.Id, driver.Position, TestCity.Now, TestCity.Now, 10_000) { OccurredAt = TestCity.Now, Version = 4 };

    static RideCancelled Cancelled(Guid rideId, Guid rideRequestId, Passenger passenger, Driver driver, Party by) =>
        new(rideId, rideRequestId, passenger.Id, driver.Id, by, "changed-mind", RideStatus.DriverAssigned, TestCity.Now, Guid.CreateVersion7(),
            new(passenger.PaymentMethodId, PaymentMethodKind.Card))
        {
            OccurredAt = TestCity.Now,
            Version = 2,
        };
}
