using System.Net;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Going elsewhere while a driver is looked for: drivers know where they would go, and no quote buys two rides.</summary>
public sealed class ChangeDropOffTests(MatchFleet fleet)
{
    [Fact]
    public async Task The_driver_who_thinks_about_the_old_drop_off_is_asked_again_about_the_new_one()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var first = passenger.Quote();
        var id = (await passenger.Request(passenger.Token(first))).Body.RideRequestId;
        var old = await driver.GetsAnOffer();
        var elsewhere = Elsewhere(passenger, city);

        var changed = await Change(passenger, id, elsewhere);

        Assert.Equal((HttpStatusCode.OK, elsewhere.DropOff, elsewhere.Fare), (changed.Status, changed.Body.DropOff, changed.Body.Fare));
        Assert.Equal("offer-not-open", (await driver.Accept(old.OfferId)).Body.Code);
        var fresh = await Eventually.Holds(async () => await driver.CurrentOffer() is { Succeeded: true } reply && reply.Body.OfferId != old.OfferId ? reply.Body : null);
        Assert.Equal((elsewhere.DropOff, elsewhere.Fare), (fresh.DropOff, fresh.Fare));
        Assert.True((await driver.Accept(fresh.OfferId)).Succeeded);
        Assert.Equal(
            [nameof(RideRequested), nameof(OfferMade), nameof(OfferWithdrawn), nameof(DropOffChanged), nameof(OfferMade), nameof(OfferAccepted), nameof(MatchConfirmed)],
            await fleet.EventsOf(id));
        Assert.Equal([1L, 2, 3, 4, 5, 6, 7], await fleet.Rows<long>("""
            select (payload::jsonb ->> 'version')::bigint
            from   (select payload, aggregate_id from match.outbox union all select payload, aggregate_id from match.outbox_archive) published
            where  aggregate_id = @id order by 1
            """, new { id }));
    }

    [Fact]
    public async Task Of_an_acceptance_and_twenty_changes_at_once_the_ride_goes_where_the_driver_was_told()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var id = await passenger.Requests();
        var offer = await driver.GetsAnOffer();

        var accepting = driver.Accept(offer.OfferId);
        var changes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Change(passenger, id, Elsewhere(passenger, city))));

        if ((await accepting).Succeeded)
        {
            Assert.Equal(offer.DropOff, (await passenger.See(id)).DropOff);
            Assert.All(changes, change => Assert.Equal((HttpStatusCode.Conflict, "already-matched"), (change.Status, change.Body.Code)));
        }
        else
        {
            Assert.Equal(RideRequest.MaxDropOffChanges, changes.Count(change => change.Succeeded));
            Assert.All(
                changes.Where(change => !change.Succeeded), change => Assert.Equal((HttpStatusCode.Conflict, "too-many-changes"), (change.Status, change.Body.Code)));
        }
    }

    [Fact]
    public async Task Stops_are_offered_and_matched_as_they_were_last_quoted()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        GeoPoint[] first = [new(city.Centre.Latitude - 0.01, city.Centre.Longitude)];
        GeoPoint[] second = [.. first, new(city.Centre.Latitude - 0.015, city.Centre.Longitude + 0.01)];
        var id = (await passenger.Request(passenger.Token(passenger.Quote() with { Stops = first }))).Body.RideRequestId;
        var old = await driver.GetsAnOffer();

        var changed = await Change(passenger, id, Elsewhere(passenger, city) with { Stops = second });
        var fresh = await Eventually.Holds(async () => await driver.CurrentOffer() is { Succeeded: true } reply && reply.Body.OfferId != old.OfferId ? reply.Body : null);
        await driver.Accept(fresh.OfferId);

        Assert.True(changed.Succeeded);
        var told = await fleet.Rows<string>("""
            select event_type || ' ' || jsonb_array_length(payload::jsonb -> 'stops')
            from   (select event_type, payload, aggregate_id from match.outbox union all select event_type, payload, aggregate_id from match.outbox_archive) published
            where  aggregate_id = @id and payload::jsonb ? 'stops' order by (payload::jsonb ->> 'version')::bigint
            """, new { id });
        Assert.Equal(["OfferMade 1", "OfferMade 2", "MatchConfirmed 2"], told);
    }

    [Fact]
    public async Task A_quote_for_another_way_of_a_ride_buys_no_new_one()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var quote = passenger.Quote() with { Change = new(Guid.CreateVersion7(), Guid.CreateVersion7(), 0) };

        var refused = await passenger.Request(passenger.Token(quote));

        Assert.Equal("quote-invalid", refused.Body.Code);
    }

    [Fact]
    public async Task A_scheduled_ride_goes_elsewhere_before_anybody_is_asked()
    {
        var city = fleet.City(CityKind.Plain);
        var passenger = await city.Passenger();
        var pickupAt = new DateTimeOffset(TestCity.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(3);
        var id = (await passenger.Schedule(pickupAt)).Body.RideRequestId;

        var changed = await Change(passenger, id, Elsewhere(passenger, city) with { PickupAt = pickupAt });

        Assert.Equal((HttpStatusCode.OK, nameof(RideRequestStatus.Scheduled)), (changed.Status, changed.Body.Status));
        Assert.Equal("quote-for-another-ride", (await Change(passenger, id, Elsewhere(passenger, city))).Body.Code);
    }

    [Fact]
    public async Task One_quote_takes_the_place_once_however_often_it_is_shown()
    {
        var city = fleet.City(CityKind.Plain);
        var passenger = await city.Passenger();
        var id = await passenger.Requests();
        var elsewhere = Elsewhere(passenger, city);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Change(passenger, id, elsewhere)));

        Assert.Single(replies, reply => reply.Succeeded);
        Assert.All(replies.Where(reply => !reply.Succeeded), reply => Assert.Equal((HttpStatusCode.Conflict, "quote-used"), (reply.Status, reply.Body.Code)));
        Assert.Single(await fleet.EventsOf(id), nameof(DropOffChanged));
    }

    [Fact]
    public async Task A_quote_for_another_pickup_class_time_or_passenger_is_refused()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, stranger) = (await city.Passenger(), await city.Passenger());
        var id = await passenger.Requests();
        var good = Elsewhere(passenger, city);

        Assert.Equal("quote-for-another-ride", (await Change(passenger, id, good with { Pickup = good.DropOff })).Body.Code);
        Assert.Equal("quote-for-another-ride", (await Change(passenger, id, good with { VehicleClass = VehicleClass.Van })).Body.Code);
        Assert.Equal("quote-for-another-ride", (await Change(passenger, id, good with { PickupAt = TestCity.Now.AddHours(1) })).Body.Code);
        Assert.Equal("quote-invalid", (await Change(passenger, id, good with { PassengerId = stranger.Id })).Body.Code);
        Assert.Equal("quote-expired", (await Change(passenger, id, good with { ExpiresAt = TestCity.Now })).Body.Code);
        Assert.Equal(HttpStatusCode.NotFound, (await Change(stranger, id, Elsewhere(stranger, city))).Status);
        Assert.True((await Change(passenger, id, good)).Succeeded);
        await passenger.Cancel(id);
        Assert.Equal("not-searching", (await Change(passenger, id, Elsewhere(passenger, city))).Body.Code);
    }

    static Quote Elsewhere(Passenger passenger, TestCity city) =>
        passenger.Quote() with { DropOff = new(city.Centre.Latitude + 0.03, city.Centre.Longitude), Fare = new(1_900, "USD") };

    Task<Reply> Change(Passenger passenger, Guid rideRequestId, Quote quote) =>
        passenger.Post($"/v1/ride-requests/{rideRequestId}/drop-off", new { quoteToken = fleet.Quotes.Sign(quote) });
}
