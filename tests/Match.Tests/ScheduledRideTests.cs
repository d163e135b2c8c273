using System.Net;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Rides ordered for later: asked for once, searched for once, in time, whichever copy looks first.</summary>
public sealed class ScheduledRideTests(MatchFleet fleet)
{
    [Fact]
    public async Task A_scheduled_ride_waits_for_its_time_and_is_then_offered_with_it()
    {
        var city = fleet.City(CityKind.Planned);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        // Long enough for all that is looked at before the search begins, also where the machine stands still.
        var pickupAt = TestCity.Now.AddSeconds(30);

        var reply = await passenger.Schedule(pickupAt);
        Assert.Equal((HttpStatusCode.Created, nameof(RideRequestStatus.Scheduled)), (reply.Status, reply.Body.Status));
        Assert.Equal(HttpStatusCode.NotFound, (await driver.CurrentOffer()).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await passenger.Get("/v1/ride-requests/current")).Status);
        Assert.Equal(1, await Scheduled(passenger));

        await driver.GetsAnOffer();
        Assert.True(TestCity.Now >= pickupAt.AddSeconds(-2), "The search began too early.");
        await driver.TakesAnOffer();

        Assert.Equal(
            [nameof(RideRequested), nameof(ScheduledSearchStarted), nameof(OfferMade), nameof(OfferAccepted), nameof(MatchConfirmed)],
            await fleet.EventsOf(reply.Body.RideRequestId));
        Assert.Equal(0, await Scheduled(passenger));
    }

    [Fact]
    public async Task Twenty_searches_due_at_one_moment_begin_once_each_though_two_copies_look()
    {
        var city = fleet.City(CityKind.Planned);
        var passengers = await city.Passengers(20);
        var ids = (await Task.WhenAll(passengers.Select(passenger => passenger.Schedule(Later)))).Select(reply => reply.Body.RideRequestId).ToArray();

        await TimeHasCome(secondsToPickup: 1, ids);
        foreach (var (passenger, id) in passengers.Zip(ids)) await passenger.Sees(id, RideRequestStatus.Searching);
        await fleet.Rows<Guid>("update match.ride_requests set search_ends_at = now() where ride_request_id = any(@ids) returning ride_request_id", new { ids });
        foreach (var (passenger, id) in passengers.Zip(ids)) await passenger.Sees(id, RideRequestStatus.NoDriverFound);

        foreach (var id in ids) Assert.Equal([nameof(RideRequested), nameof(ScheduledSearchStarted), nameof(NoDriverFound)], await fleet.EventsOf(id));
    }

    [Fact]
    public async Task Of_twenty_orders_for_one_half_hour_one_is_taken_and_another_half_hour_is_free()
    {
        var city = fleet.City(CityKind.Plain);
        var passenger = await city.Passenger();
        var halfHour = new DateTimeOffset(TestCity.Now.UtcDateTime.Date, TimeSpan.Zero).AddDays(2);

        var replies = await Task.WhenAll(Enumerable.Range(0, 20).Select(minute => passenger.Schedule(halfHour.AddMinutes(minute))));

        Assert.Single(replies, reply => reply.Succeeded);
        Assert.All(replies.Where(reply => !reply.Succeeded), reply => Assert.Equal((HttpStatusCode.Conflict, "already-scheduled"), (reply.Status, reply.Body.Code)));
        Assert.True((await passenger.Schedule(halfHour.AddMinutes(30))).Succeeded);
        Assert.True((await passenger.Request()).Succeeded);
        Assert.Equal(2, await Scheduled(passenger));
    }

    [Theory]
    [InlineData(14.0 / 60)]
    [InlineData(31 * 24)]
    [InlineData(-1)]
    public async Task Too_soon_or_too_far_ahead_is_refused(double hours)
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();

        var reply = await passenger.Schedule(TestCity.Now.AddHours(hours));

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "pickup-time-invalid"), (reply.Status, reply.Body.Code));
    }

    [Fact]
    public async Task A_cancelled_order_is_never_searched_for()
    {
        var city = fleet.City(CityKind.Planned);
        var (passengers, driver) = (await city.Passengers(2), await city.Driver());
        var id = (await passengers[0].Schedule(Later)).Body.RideRequestId;
        var later = (await passengers[1].Schedule(Later)).Body.RideRequestId;

        Assert.True((await passengers[0].Cancel(id)).Succeeded);
        await TimeHasCome(secondsToPickup: 1, id);
        await TimeHasCome(secondsToPickup: 2, later);
        // Whoever is offered the later ride would have been offered the earlier one before it.
        var offer = await driver.GetsAnOffer();

        Assert.Equal(later, offer.RideRequestId);
        Assert.Equal([nameof(RideRequested), nameof(RideRequestCancelled)], await fleet.EventsOf(id));
    }

    [Fact]
    public async Task Who_is_on_a_ride_at_the_time_of_pickup_has_no_scheduled_one()
    {
        var city = fleet.City(CityKind.Planned);
        var (passenger, driver) = (await city.Passenger(), await city.Driver());
        await passenger.Requests();
        await driver.TakesAnOffer();

        var id = (await passenger.Schedule(Later)).Body.RideRequestId;
        await TimeHasCome(secondsToPickup: 0, id);
        await passenger.Sees(id, RideRequestStatus.Cancelled);

        Assert.Equal([nameof(RideRequested), nameof(RideRequestCancelled)], await fleet.EventsOf(id));
    }

    [Fact]
    public async Task Who_owes_or_has_taken_the_payment_method_away_since_the_order_has_no_ride()
    {
        var city = fleet.City(CityKind.Planned);
        var passengers = await city.Passengers(4);
        await city.Driver();
        var ids = (await Task.WhenAll(passengers.Select(passenger => passenger.Schedule(Later)))).Select(reply => reply.Body.RideRequestId).ToArray();

        await fleet.Tell(new WalletDebtIncurred(passengers[3].Id, new(500, "USD")) { OccurredAt = TestCity.Now, Version = 1 });
        await Eventually.Is(1L, () => fleet.Count("match.wallet_debts where passenger_id = @Id", new { passengers[3].Id }));
        await fleet.Tell(
            new PassengerDebtIncurred(passengers[0].Id, Guid.CreateVersion7(), new(500, "USD")) { OccurredAt = TestCity.Now, Version = 1 },
            new PaymentMethodRemoved(passengers[1].PaymentMethodId, passengers[1].Id) { OccurredAt = TestCity.Now, Version = 2 });
        await Eventually.Is(2L, async () => await fleet.Count("match.debts where passenger_id = @Id", new { passengers[0].Id })
            + await fleet.Count("match.payment_methods where payment_method_id = @PaymentMethodId and removed", new { passengers[1].PaymentMethodId }));
        await TimeHasCome(secondsToPickup: 1, ids);
        await passengers[0].Sees(ids[0], RideRequestStatus.Cancelled);
        await passengers[1].Sees(ids[1], RideRequestStatus.Cancelled);
        await passengers[3].Sees(ids[3], RideRequestStatus.Cancelled);

        await Eventually.Is(0L, () => Scheduled(passengers[2]));

        foreach (var id in ids.Where(id => id != ids[2])) Assert.Equal([nameof(RideRequested), nameof(RideRequestCancelled)], await fleet.EventsOf(id));
        Assert.Contains(nameof(ScheduledSearchStarted), await fleet.EventsOf(ids[2]));
    }

    [Fact]
    public void The_search_begins_as_early_as_the_drive_is_long_within_bounds()
    {
        var rules = new CityRules();

        Assert.Equal(TimeSpan.FromMinutes(5), rules.LeadFor(30));
        Assert.Equal(TimeSpan.FromMinutes(13), rules.LeadFor(600));
        Assert.Equal(TimeSpan.FromMinutes(25), rules.LeadFor(6_000));
        Assert.Equal(TimeSpan.FromMinutes(25), rules.LeadFor(null));
    }

    /// <summary>Beyond what any copy looks ahead to, so that nothing happens before the test says so.</summary>
    static DateTimeOffset Later => TestCity.Now.AddHours(2);

    /// <summary>As if the time had passed.</summary>
    Task TimeHasCome(int secondsToPickup, params Guid[] ids) => fleet.Rows<Guid>(
        "update match.ride_requests set pickup_at = now() + make_interval(secs => @secondsToPickup) where ride_request_id = any(@ids) returning ride_request_id",
        new { secondsToPickup, ids });

    Task<long> Scheduled(Passenger passenger) => fleet.Count("match.ride_requests where passenger_id = @Id and status = 'Scheduled'", new { passenger.Id });
}
