using System.Net;
using Tumpang.Contracts;
using Xunit;
using static Tumpang.Matching.Tests.Samples;

namespace Tumpang.Matching.Tests;

/// <summary>Promising more while a driver is looked for: whoever drives gets what was promised, and nobody is pestered.</summary>
public sealed class RaiseTipTests(MatchFleet fleet)
{
    [Fact]
    public async Task Who_thinks_about_it_hears_of_it_and_who_accepts_is_promised_it()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var id = await passenger.Requests();
        var offer = await driver.GetsAnOffer();

        var raised = await Raise(passenger, id, 200);

        Assert.Equal((HttpStatusCode.OK, new Money(200, "USD")), (raised.Status, raised.Body.Tip));
        var seen = (await driver.CurrentOffer()).Body;
        Assert.Equal((offer.OfferId, new Money(200, "USD"), offer.ExpiresAt), (seen.OfferId, seen.Tip, seen.ExpiresAt));
        Assert.True((await driver.Accept(offer.OfferId)).Succeeded);
        Assert.Equal(
            [nameof(RideRequested), nameof(OfferMade), nameof(TipRaised), nameof(OfferImproved), nameof(OfferAccepted), nameof(MatchConfirmed)], await fleet.EventsOf(id));
        Assert.Equal(["200"], await PromisedIn(id, nameof(MatchConfirmed)));
        Assert.Equal([1L, 2, 3, 4, 5, 6], await fleet.Rows<long>("""
            select (payload::jsonb ->> 'version')::bigint
            from   (select payload, aggregate_id from match.outbox union all select payload, aggregate_id from match.outbox_archive) published
            where  aggregate_id = @id order by 1
            """, new { id }));
    }

    [Fact]
    public async Task Who_said_no_is_asked_once_more_and_only_once()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var id = await passenger.Requests();
        await driver.Decline((await driver.GetsAnOffer()).OfferId);

        await Raise(passenger, id, 150);
        var again = await driver.GetsAnOffer();
        await driver.Decline(again.OfferId);
        var witness = await city.Driver();
        await witness.Decline((await witness.GetsAnOffer()).OfferId);

        Assert.Equal(new Money(150, "USD"), again.Tip);
        Assert.Equal(["", "150", "150"], await PromisedIn(id, nameof(OfferMade)));
        Assert.Equal(2L, (await fleet.Rows<long>("select count(*) from match.offers where ride_request_id = @id and driver_id = @driver", new { id, driver = driver.Id }))[0]);
    }

    [Fact]
    public async Task Of_an_acceptance_and_twenty_raises_at_once_the_driver_gets_what_the_passenger_reads()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        var id = await passenger.Requests();
        var offer = await driver.GetsAnOffer();

        var accepting = driver.Accept(offer.OfferId);
        var raises = await Task.WhenAll(Enumerable.Range(1, 20).Select(times => Raise(passenger, id, times * 10)));

        Assert.True((await accepting).Succeeded);
        var succeeded = raises.Where(raise => raise.Succeeded).ToList();
        Assert.InRange(succeeded.Count, 0, RideRequest.MaxTipRaises);
        var most = succeeded.Max(raise => raise.Body.Tip?.MinorUnits)?.ToString() ?? "";
        Assert.Equal([most], await PromisedIn(id, nameof(MatchConfirmed)));
        Assert.Equal(most, (await passenger.See(id)).Tip?.MinorUnits.ToString() ?? "");
    }

    [Fact]
    public async Task What_cannot_be_promised_is_refused_by_name()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, stranger) = (await city.Passenger(), await city.Passenger());
        var id = await passenger.Requests();

        Assert.Equal(HttpStatusCode.NotFound, (await Raise(stranger, id, 100)).Status);
        Assert.Equal("other-currency", (await Raise(passenger, id, 100, "IDR")).Body.Code);
        Assert.Equal("tip-not-raised", (await Raise(passenger, id, 0)).Body.Code);
        Assert.Equal("tip-too-high", (await Raise(passenger, id, 1_251)).Body.Code);
        Assert.True((await Raise(passenger, id, 100)).Succeeded);
        Assert.Equal("tip-not-raised", (await Raise(passenger, id, 100)).Body.Code);
        Assert.True((await Raise(passenger, id, 101)).Succeeded);
        Assert.True((await Raise(passenger, id, 1_250)).Succeeded);
        await passenger.Cancel(id);
        Assert.Equal("not-searching", (await Raise(passenger, id, 1_250)).Body.Code);
    }

    [Theory]
    [InlineData(RideRequestStatus.Scheduled, null)]
    [InlineData(RideRequestStatus.Searching, null)]
    [InlineData(RideRequestStatus.Offered, null)]
    [InlineData(RideRequestStatus.AwaitingPassenger, "not-searching")]
    [InlineData(RideRequestStatus.Matched, "already-matched")]
    [InlineData(RideRequestStatus.NoDriverFound, "not-searching")]
    public void A_tip_is_raised_until_a_driver_has_accepted(RideRequestStatus status, string? code) =>
        Assert.Equal(code, Request(status).RaiseTip(new(100, "USD"), 100, Now).Problem?.Code);

    [Fact]
    public void A_tip_is_raised_three_times() =>
        Assert.Equal("too-many-raises", (Request(RideRequestStatus.Searching) with { TipRaises = 3 }).RaiseTip(new(100, "USD"), 100, Now).Problem?.Code);

    Task<IReadOnlyList<string>> PromisedIn(Guid rideRequestId, string eventName) => fleet.Rows<string>("""
        select coalesce(payload::jsonb -> 'tip' ->> 'minorUnits', '')
        from   (select payload, aggregate_id, event_type, id from match.outbox union all select payload, aggregate_id, event_type, id from match.outbox_archive) published
        where  aggregate_id = @rideRequestId and event_type like '%' || @eventName order by id
        """, new { rideRequestId, eventName });

    static Task<Reply> Raise(Passenger passenger, Guid rideRequestId, long minorUnits, string currency = "USD") =>
        passenger.Post($"/v1/ride-requests/{rideRequestId}/tip", new { tip = new Money(minorUnits, currency) });
}
