using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Two copies of billing, a real database, events as the broker delivers them: in any order, twice, late.</summary>
public sealed class FinaliseRideTests(BillingFleet fleet)
{
    const int Callers = 24;

    /// <summary>NebengJek defect 20: a redelivery bills twice. Here one fare, one transfer, one event, whoever hears what how often.</summary>
    [Fact]
    public async Task NebengJek_20_however_often_and_wherever_the_end_and_the_track_arrive_there_is_one_fare()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());
        var (completed, tracked) = (ride.Completed(), ride.Tracked());

        // The same two events many times, and copies of them under other ids: what the inbox lets through the fare must bear.
        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).SelectMany(_ => new Event[]
        {
            completed, tracked, completed with { EventId = Guid.CreateVersion7() }, tracked with { EventId = Guid.CreateVersion7() },
        })]);

        var fare = await fleet.FareOf(ride);
        Assert.Equal(800, fare.TotalMinorUnits);
        Assert.Equal(1, await fleet.Count("billing.ledger_transfers where ride_id = @RideId", ride));
        Assert.Equal(4, await fleet.Count("billing.ledger_entries join billing.ledger_transfers using (transfer_id) where ride_id = @RideId", ride));
        Assert.Single(await fleet.Published<FareFinalised>(ride));
    }

    /// <summary>NebengJek defect 24: what arrives while the ride is in another state is dropped. Here it is kept until the rest is there.</summary>
    [Fact]
    public async Task NebengJek_24_every_order_of_arrival_gives_the_same_fare()
    {
        await Task.WhenAll(Orders([0, 1, 2, 3]).Select(async order =>
        {
            var ride = Ride.InNewYork();
            Event[] events = [ride.Requested(fleet.Tokens), ride.Created() with { Tip = new(150, "USD") }, ride.Completed(), ride.Tracked()];

            await fleet.Deliver(order.Select(index => events[index]));

            var fare = await fleet.FareOf(ride);
            Assert.Equal((950, "Track"), (fare.TotalMinorUnits, fare.Basis));
        }));
    }

    /// <summary>A short ride may be over before billing has taken up its request; the deadline is for tracks that never come.</summary>
    [Fact]
    public async Task A_quote_that_comes_last_prices_the_ride_at_once()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Created(), ride.Tracked(), ride.Completed());

        await fleet.Deliver(ride.Requested(fleet.Tokens));

        var fare = await fleet.FareOf(ride);
        Assert.Equal((800, "Track"), (fare.TotalMinorUnits, fare.Basis));
    }

    [Fact]
    public async Task A_ride_to_another_drop_off_is_priced_by_its_last_quote_in_every_order_of_arrival()
    {
        await Task.WhenAll(Orders([0, 1, 2, 3, 4]).Select(async order =>
        {
            var ride = Ride.InNewYork();
            var before = ride with { QuoteId = Guid.CreateVersion7() };
            Event[] events = [before.Requested(fleet.Tokens), ride.ChangedFrom(before.QuoteId, fleet.Tokens), ride.Created(), ride.Completed(), ride.Tracked()];

            foreach (var index in order) await fleet.Deliver(events[index]);

            var fare = await fleet.FareOf(ride);
            Assert.Equal((800, "Track"), (fare.TotalMinorUnits, fare.Basis));
            Assert.Equal(1, await fleet.Count("billing.quote_releases where quote_id = @QuoteId and reason = 'DropOffChanged'", new { before.QuoteId }));
            Assert.Equal(0, await fleet.Count("billing.quote_releases where quote_id = @QuoteId", new { ride.QuoteId }));
        }));
    }

    /// <summary>Without a usable track the quote is the fare: the last one that the passenger agreed to, though the ride may end before billing hears of it.</summary>
    [Fact]
    public async Task A_ride_that_went_another_way_is_priced_by_its_last_quote_in_every_order_of_arrival()
    {
        await Task.WhenAll(Orders([0, 1, 2, 3]).Select(async order =>
        {
            var (ride, last) = (Ride.InNewYork(), Guid.CreateVersion7());
            Event[] events =
            [
                ride.Created(), ride.Rerouted(last, fleet.Tokens), ride.Tracked(points: 1),
                ride.Completed() with { QuoteId = last, QuotedFare = new(1_800, "USD"), Version = 5 },
            ];

            await fleet.Deliver(ride.Requested(fleet.Tokens));
            foreach (var index in order) await fleet.Deliver(events[index]);

            var fare = await fleet.FareOf(ride);
            Assert.Equal((1_800, "Quote"), (fare.TotalMinorUnits, fare.Basis));
            Assert.Equal(1, await fleet.Count("billing.quote_releases where quote_id = @QuoteId and reason = 'RideRerouted'", ride));
        }));
    }

    /// <summary>Before the ride began its way was changed, and then somebody gave up: the bill names the last quote, however the news comes.</summary>
    [Fact]
    public async Task A_cancelled_ride_stands_under_the_quote_that_was_last_agreed_in_every_order_of_arrival()
    {
        await Task.WhenAll(Orders([0, 1, 2]).Select(async order =>
        {
            var (ride, last) = (Ride.InNewYork(), Guid.CreateVersion7());
            var cancelled = ride.Cancelled(Party.Driver, 60) with { QuoteId = last, QuotedFare = new(1_800, "USD"), Version = 3 };
            Event[] events = [ride.Created(), ride.Rerouted(last, fleet.Tokens, version: 2), cancelled];

            await fleet.Deliver(ride.Requested(fleet.Tokens));
            foreach (var index in order) await fleet.Deliver(events[index]);

            Assert.Equal(1, await fleet.Count(
                "billing.rides where ride_id = @RideId and status = 'Free' and quote_id = @last and quoted_fare_minor_units = 1800", new { ride.RideId, last }));
            Assert.Equal(1, await fleet.Count("billing.quote_releases where quote_id = @QuoteId and reason = 'RideRerouted'", ride));
            Assert.Equal(0, await fleet.Count("billing.quote_releases where quote_id = @last", new { last }));
        }));
    }

    [Fact]
    public async Task Of_two_other_ways_the_later_one_counts_whichever_is_heard_first()
    {
        var (ride, second, third) = (Ride.InNewYork(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());

        await fleet.Deliver(ride.Rerouted(third, fleet.Tokens, second, version: 5));
        await fleet.Deliver(ride.Rerouted(second, fleet.Tokens, version: 4));

        Assert.Equal(1, await fleet.Count("billing.rides where ride_id = @RideId and quote_id = @third and quote_version = 5", new { ride.RideId, third }));
    }

    /// <summary>NebengJek defect 16: a driver who reports often is never billed, because every leg is under a kilometre.</summary>
    [Fact]
    public async Task NebengJek_16_a_ride_of_short_legs_is_billed_for_all_of_them()
    {
        var ride = Ride.InJakarta();

        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(), ride.Tracked(metres: 900, points: 90));

        // 900 m x 3 rupiah, 5 % commission
        var fare = await fleet.FareOf(ride);
        Assert.Equal((270_000, 13_500, 256_500), (fare.TotalMinorUnits, fare.CommissionMinorUnits, fare.DriverEarningMinorUnits));
    }

    /// <summary>NebengJek defect 17: without billed legs a ride can never end. Peers' finding 8: it ends at fare 0 and counts as paid.</summary>
    [Fact]
    public async Task NebengJek_17_a_ride_without_a_usable_track_costs_its_quote()
    {
        var ride = Ride.InNewYork();

        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(), ride.Tracked(metres: 0, points: 1));

        var fare = await fleet.FareOf(ride);
        Assert.Equal((1_200, "Quote", 5_000), (fare.TotalMinorUnits, fare.Basis, fare.DistanceMetres));
    }

    [Fact]
    public async Task A_track_that_never_comes_is_not_waited_for_for_ever_and_changes_nothing_when_it_does()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed());

        await fleet.PassDeadline(ride);
        var fare = await fleet.FareOf(ride);
        await fleet.Deliver(ride.Tracked());

        Assert.Equal((1_200, "Quote"), (fare.TotalMinorUnits, fare.Basis));
        Assert.Equal(fare, await fleet.FareOf(ride));
        Assert.Single(await fleet.Published<FareFinalised>(ride));
    }

    [Fact]
    public async Task A_ride_whose_quote_was_lost_is_priced_by_what_its_creation_told()
    {
        var ride = Ride.InNewYork();

        await fleet.Deliver(ride.Created(), ride.Completed(), ride.Tracked());
        await fleet.PassDeadline(ride);

        Assert.Equal((800, "Track"), await fleet.FareOf(ride) switch { var fare => (fare.TotalMinorUnits, fare.Basis) });
    }

    /// <summary>NebengJek defect 18: free rides fail. Here a fare of zero, without a movement in the ledger.</summary>
    [Fact]
    public async Task A_ride_given_away_ends_like_any_other()
    {
        var ride = Ride.InNewYork();

        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(factor: 0), ride.Tracked());
        await fleet.FareOf(ride);
        await fleet.Deliver(ride.Paid(Money.Zero("USD")));

        Assert.Equal((0, "Settled"), await fleet.FareOf(ride) switch { var fare => (fare.TotalMinorUnits, fare.Settlement) });
        Assert.Equal(0, await fleet.Count("billing.ledger_transfers where ride_id = @RideId", ride));
        Assert.Equal(Money.Zero("USD"), Assert.Single(await fleet.Published<FareFinalised>(ride)).Total);
    }

    /// <summary>NebengJek defect 21, end to end: 3 000 x 0.29.</summary>
    [Fact]
    public async Task A_lowered_fare_is_exact()
    {
        var ride = Ride.InJakarta();

        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(factor: 2_900), ride.Tracked(metres: 1_000));

        Assert.Equal(new Money(87_000, "IDR"), (await fleet.FareOf(ride), Assert.Single(await fleet.Published<FareFinalised>(ride))).Item2.Total);
    }

    /// <summary>NebengJek defect 22: the ride keeps one price, the event tells another, and nobody knows from where to where.</summary>
    [Fact]
    public async Task NebengJek_22_event_and_row_and_ledger_tell_the_same_fare_and_the_way_is_kept()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(factor: 8_000), ride.Tracked());

        var fare = await fleet.FareOf(ride);
        var told = Assert.Single(await fleet.Published<FareFinalised>(ride));

        // 8.00 x 0.8 = 6.40; 0.50 tax; 10 % of 5.90 = 0.59; 5.31
        Assert.Equal((640, 59, 531, 50), (fare.TotalMinorUnits, fare.CommissionMinorUnits, fare.DriverEarningMinorUnits, fare.TaxMinorUnits));
        Assert.Equal((640, 59, 531, 50), (told.Total.MinorUnits, told.Commission.MinorUnits, told.DriverEarning.MinorUnits, told.Tax.MinorUnits));
        Assert.Equal(-531, await fleet.Balance("DriverPayable", ride.DriverId));
        Assert.Equal(640, await fleet.Balance("PassengerReceivable", ride.PassengerId));
        Assert.Equal(1, await fleet.Count("billing.rides where ride_id = @RideId and track_polyline <> ''", ride));
    }

    /// <summary>NebengJek defect 23: the way to the pickup leaks into the fare. Here the meter shows, only the closed track is owed.</summary>
    [Fact]
    public async Task NebengJek_23_what_the_meter_showed_on_the_way_is_not_owed()
    {
        var ride = Ride.InJakarta();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());
        await fleet.Deliver(ride.Progressed(700, 60, version: 2), ride.Progressed(50_000, 90, version: 3), ride.Progressed(900, 80, version: 1));
        await fleet.Deliver(ride.Completed(), ride.Tracked(metres: 2_000), ride.Progressed(60_000, 900, version: 9));

        var fare = await fleet.FareOf(ride);

        Assert.Equal(600_000, fare.TotalMinorUnits);
        // One that is older than what was shown already, and one after the end, are not shown.
        Assert.Equal([210_000, 15_000_000], (await fleet.Published<FareProgressed>(ride)).Select(shown => shown.Fare.MinorUnits));
    }

    [Fact]
    public async Task A_late_cancellation_is_charged_and_others_are_not()
    {
        var (late, early, driver) = (Ride.InNewYork(), Ride.InNewYork(), Ride.InNewYork());

        await fleet.Deliver(late.Requested(fleet.Tokens), late.Created(), late.Cancelled(Party.Passenger, 301));
        await fleet.Deliver(early.Requested(fleet.Tokens), early.Cancelled(Party.Passenger, 300), early.Created());
        await fleet.Deliver(driver.Requested(fleet.Tokens), driver.Created(), driver.Cancelled(Party.Driver, 3_000));

        var charge = Assert.Single(await fleet.Published<FareFinalised>(late));
        Assert.Equal(
            (FareKind.Cancellation, new Money(500, "USD"), new Money(50, "USD"), new Money(450, "USD")),
            (charge.Kind, charge.Total, charge.Commission, charge.DriverEarning));
        Assert.Empty(await fleet.Published<FareFinalised>(early));
        Assert.Empty(await fleet.Published<FareFinalised>(driver));
        Assert.Empty(await fleet.Published<CancellationWaived>(late));
        Assert.Single(await fleet.Published<CancellationWaived>(early));
        Assert.Single(await fleet.Published<CancellationWaived>(driver));
        Assert.Equal(1, await fleet.Count("billing.rides where status = 'Free' and ride_id = @RideId", early));
        Assert.Equal(1, await fleet.Count("billing.rides where status = 'Free' and ride_id = @RideId", driver));
        Assert.Equal(0, await fleet.Count("billing.quote_releases where quote_id = @QuoteId", driver));
    }

    [Fact]
    public async Task Who_does_not_come_has_cancelled_whoever_says_so()
    {
        var (passenger, driver) = (Ride.InNewYork(), Ride.InNewYork());

        await fleet.Deliver(
            passenger.Requested(fleet.Tokens), passenger.Created(), passenger.Cancelled(Party.Driver, 301) with { Reason = CancelReason.PassengerNoShow });
        await fleet.Deliver(
            driver.Requested(fleet.Tokens), driver.Created(), driver.Cancelled(Party.Passenger, 3_000) with { Reason = CancelReason.DriverNoShow });

        Assert.Equal(new Money(500, "USD"), Assert.Single(await fleet.Published<FareFinalised>(passenger)).Total);
        Assert.Empty(await fleet.Published<FareFinalised>(driver));
        Assert.Equal(1, await fleet.Count("billing.rides where status = 'Free' and ride_id = @RideId", driver));
        Assert.Equal(1, await fleet.Count("billing.quote_releases where quote_id = @QuoteId", passenger));
        Assert.Equal(1, await fleet.Count("billing.quote_releases where quote_id = @QuoteId", driver));
    }

    [Fact]
    public async Task A_quote_is_released_even_before_its_request_is_heard_of()
    {
        var ride = Ride.InNewYork();

        await fleet.Deliver(new NoDriverFound(ride.RequestId, ride.PassengerId, ride.QuoteId) { OccurredAt = ride.StartedAt, Version = 2 });
        await fleet.Deliver(ride.Requested(fleet.Tokens));

        Assert.Equal(1, await fleet.Count("billing.quotes join billing.quote_releases using (quote_id) where quote_id = @QuoteId", ride));
    }

    [Fact]
    public async Task A_request_under_a_forged_quote_is_set_aside_and_holds_nobody_up()
    {
        var (forger, honest) = (Ride.InNewYork(), Ride.InNewYork());
        var forged = forger.Requested(fleet.Tokens) with { QuotedFare = new(1, "USD") };
        var errors = Subscriptions.QueueName("billing", typeof(RideRequested)) + "_error";
        var before = await fleet.Bus.Waiting(errors, TestContext.Current.CancellationToken);

        await fleet.Bus.Publish([forged], TestContext.Current.CancellationToken);
        await fleet.Deliver(honest.Requested(fleet.Tokens));

        await Books.Until("the forged one is in the error queue", async () => await fleet.Bus.Waiting(errors, TestContext.Current.CancellationToken) == before + 1);
        Assert.Equal(0, await fleet.Count("billing.quotes where quote_id = @QuoteId", forger));
        Assert.Equal(1, await fleet.Count("billing.quotes where quote_id = @QuoteId", honest));
    }

    static IEnumerable<int[]> Orders(int[] items) => items.Length == 1
        ? [items]
        : items.SelectMany(first => Orders([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));
}
