using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>A driver who gives a ride up without an excuse owes what the tariff says: shown before, taken once, and seen in the earnings.</summary>
public sealed class DriverCancellationTests(BillingFleet fleet)
{
    /// <summary>4.00 after two minutes; a passenger has five.</summary>
    const string Terms = """{"feeMinorUnits": 500, "graceSeconds": 300, "driverFeeMinorUnits": 400, "driverGraceSeconds": 120}""";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Giving_up_late_costs_the_driver_the_fee_once_and_the_passenger_nothing()
    {
        var ride = await Begun();
        var cancelled = ride.Cancelled(Party.Driver, 121) with { Reason = "other" };

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, 20).Select(number => number % 2 == 0 ? cancelled : cancelled with { EventId = Guid.CreateVersion7() })]);

        Assert.Equal((400, -400), (await fleet.Balance("DriverPayable", ride.DriverId), await fleet.Posted("DriverFees", ride)));
        Assert.Equal(1, await fleet.Count("billing.ledger_transfers where ride_id = @RideId", ride));
        Assert.Equal(0, await fleet.Posted("PassengerReceivable", ride));
        Assert.Single(await fleet.Published<CancellationWaived>(ride));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Theory]
    [InlineData("other", 120)]
    [InlineData("unsafe", 3_000)]
    [InlineData("vehicle-problem", 3_000)]
    [InlineData("wrong-pickup", 3_000)]
    [InlineData(CancelReason.PassengerAsked, 3_000)]
    public async Task Giving_up_early_or_with_an_excuse_costs_nothing(string reason, int secondsAfterMatch)
    {
        var ride = await Begun();

        await fleet.Deliver(ride.Cancelled(Party.Driver, secondsAfterMatch) with { Reason = reason });

        Assert.Equal(0, await fleet.Count("billing.ledger_transfers where ride_id = @RideId", ride));
        Assert.Equal(1, await fleet.Count("billing.rides where ride_id = @RideId and driver_fee_minor_units = 0", ride));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>What the passenger owes then the passenger owes, and the driver gets.</summary>
    [Fact]
    public async Task A_passenger_who_did_not_come_is_never_the_driver_s_fault()
    {
        var ride = await Begun();

        await fleet.Deliver(ride.Arrived(), ride.CancelledAtPickup(Party.Driver, 600, CancelReason.PassengerNoShow));
        await fleet.FareOf(ride);

        Assert.Equal((0, 500), (await fleet.Posted("DriverFees", ride), await fleet.Posted("PassengerReceivable", ride)));
        Assert.Equal(-450, await fleet.Balance("DriverPayable", ride.DriverId));
    }

    [Fact]
    public async Task A_driver_who_does_not_come_has_given_up_though_the_passenger_says_so()
    {
        var ride = await Begun();

        await fleet.Deliver(ride.Cancelled(Party.Passenger, 900) with { Reason = CancelReason.DriverNoShow });

        Assert.Equal((400, 0), (await fleet.Balance("DriverPayable", ride.DriverId), await fleet.Posted("PassengerReceivable", ride)));
    }

    /// <summary>The news of the other way may come after that of the cancellation, whose quote it is.</summary>
    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 2, 0)]
    public async Task A_ride_that_the_passenger_changed_may_be_refused(params int[] order)
    {
        var (policy, ride, other) = (await fleet.PublishCancellation(Terms), Ride.InNewYork(), Guid.CreateVersion7());
        Event[] events =
        [
            ride.Created(), ride.Rerouted(other, fleet.Tokens, version: 2, policyId: policy),
            ride.Cancelled(Party.Driver, 600) with { Reason = "other", QuoteId = other, QuotedFare = new(1_800, "USD"), Version = 3 },
        ];
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy));

        foreach (var index in order) await fleet.Deliver(events[index]);

        Assert.Equal(1, await fleet.Count("billing.rides where ride_id = @RideId and status = 'Free' and driver_fee_minor_units = 0", ride));
        Assert.Equal(0, await fleet.Posted("DriverFees", ride));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 0, 1)]
    [InlineData(2, 1, 0)]
    public async Task The_fee_is_the_same_in_every_order_of_arrival(params int[] order)
    {
        var (policy, ride) = (await fleet.PublishCancellation(Terms), Ride.InNewYork());
        Event[] events = [ride.Requested(fleet.Tokens, policyId: policy), ride.Created(), ride.Cancelled(Party.Driver, 600) with { Reason = "other" }];

        foreach (var index in order) await fleet.Deliver(events[index]);

        Assert.Equal(400, await fleet.Balance("DriverPayable", ride.DriverId));
    }

    /// <summary>What the ride was quoted by was never heard of: nothing says that this driver owes anything.</summary>
    [Fact]
    public async Task Without_its_quote_a_ride_that_was_given_up_costs_nothing()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Created(), ride.Cancelled(Party.Driver, 600) with { Reason = "other" });

        await fleet.PassDeadline(ride);

        await Books.Until("it is concluded", async () => await fleet.Count("billing.rides where ride_id = @RideId and status = 'Free'", ride) == 1);
        Assert.Equal(0, await fleet.Posted("DriverFees", ride));
    }

    /// <summary>Three minutes after the match the driver is late and the passenger is not.</summary>
    [Fact]
    public async Task Each_side_is_shown_what_it_would_be_charged()
    {
        var policy = await fleet.PublishCancellation(Terms);
        var ride = Ride.InNewYork() with { StartedAt = TimeProvider.System.GetUtcNow().AddMinutes(1) };
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created());

        var (driver, excused, passenger) = (
            await fleet.PreviewCancellation(ride, ride.DriverId, "other"), await fleet.PreviewCancellation(ride, ride.DriverId, "unsafe"),
            await fleet.PreviewCancellation(ride, ride.PassengerId));
        await fleet.Deliver(ride.Cancelled(Party.Driver, 0) with { Reason = "other", OccurredAt = driver.GetProperty("at").GetDateTimeOffset() });

        Assert.Equal((400, 0, 0), (Fee(driver), Fee(excused), Fee(passenger)));
        Assert.Equal(ride.Created().OccurredAt.AddMinutes(2), driver.GetProperty("freeUntil").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(ride.Created().OccurredAt.AddMinutes(5), passenger.GetProperty("freeUntil").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.False(excused.TryGetProperty("freeUntil", out _));
        Assert.Equal(400, await fleet.Balance("DriverPayable", ride.DriverId));
    }

    [Fact]
    public async Task A_driver_is_shown_no_fee_while_queued_or_once_the_ride_is_another_one()
    {
        var policy = await fleet.PublishCancellation(Terms);
        var (queued, rerouted) = (Ride.InNewYork(), Ride.InNewYork());
        await fleet.Deliver(queued.Requested(fleet.Tokens, policyId: policy), queued.Created() with { AfterRideId = Guid.CreateVersion7() });
        await fleet.Deliver(rerouted.Requested(fleet.Tokens, policyId: policy), rerouted.Created(), rerouted.Rerouted(Guid.CreateVersion7(), fleet.Tokens, version: 2, policyId: policy));

        var (whileQueued, asAnother) = (
            await fleet.PreviewCancellation(queued, queued.DriverId, "other"), await fleet.PreviewCancellation(rerouted, rerouted.DriverId, "other"));

        Assert.Equal((0, 0), (Fee(whileQueued), Fee(asAnother)));
        Assert.Equal("Queued", whileQueued.GetProperty("phase").GetString());
    }

    [Fact]
    public async Task The_driver_sees_the_fee_in_earnings_and_statement()
    {
        var ride = await Begun();
        await fleet.Deliver(ride.Cancelled(Party.Driver, 600) with { Reason = "pickup-too-far" });

        var earnings = await Get("/v1/me/earnings", ride.DriverId);
        var day = TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        var statement = await Get($"/v1/me/statements?period=week&on={day:yyyy-MM-dd}&currency=USD", ride.DriverId);

        var entry = Assert.Single(earnings.GetProperty("entries").EnumerateArray());
        Assert.Equal(("DriverCancellation", -400, ride.RideId), (
            entry.GetProperty("kind").GetString(), entry.GetProperty("amount").GetProperty("minorUnits").GetInt64(), entry.GetProperty("rideId").GetGuid()));
        Assert.Equal(-400, Assert.Single(earnings.GetProperty("balances").EnumerateArray()).GetProperty("minorUnits").GetInt64());
        Assert.Equal(-400, statement.GetProperty("closing").GetProperty("minorUnits").GetInt64());
    }

    async Task<Ride> Begun()
    {
        var (policy, ride) = (await fleet.PublishCancellation(Terms), Ride.InNewYork());
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created());
        return ride;
    }

    async Task<JsonElement> Get(string path, Guid driver)
    {
        using var request = fleet.Request(HttpMethod.Get, path, driver);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    static long Fee(JsonElement preview) => preview.GetProperty("fee").GetProperty("minorUnits").GetInt64();
}
