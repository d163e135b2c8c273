using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Cancelled rides under a tariff that tells phases apart: what is shown is what is charged, in whatever order billing hears of it.</summary>
public sealed class CancellationPhaseTests(BillingFleet fleet)
{
    /// <summary>Five minutes of grace, then 5.00 on the way and 8.00 at the pickup; 12.00 for not coming.</summary>
    const string ByPhase = """{"feeMinorUnits": 500, "graceSeconds": 300, "atPickupMinorUnits": 800, "noShowMinorUnits": 1200}""";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_phase_is_charged_under_its_own_name()
    {
        var policy = await fleet.PublishCancellation(ByPhase);
        var (onTheWay, atPickup, noShow) = (Ride.InNewYork(), Ride.InNewYork(), Ride.InNewYork());

        await Cancel(onTheWay, policy, onTheWay.Cancelled(Party.Passenger, 301));
        await Cancel(atPickup, policy, atPickup.CancelledAtPickup(Party.Passenger, 301));
        await Cancel(noShow, policy, noShow.CancelledAtPickup(Party.Driver, 299, CancelReason.PassengerNoShow));

        Assert.Equal([("cancellation", 500)], await Lines(onTheWay));
        Assert.Equal([("cancellation-at-pickup", 800)], await Lines(atPickup));
        Assert.Equal([("no-show", 1_200)], await Lines(noShow));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Within_the_grace_period_cancelling_is_free_though_the_driver_has_arrived()
    {
        var (policy, ride) = (await fleet.PublishCancellation(ByPhase), Ride.InNewYork());

        await Cancel(ride, policy, ride.Arrived(), ride.CancelledAtPickup(Party.Passenger, 300));

        Assert.Empty(await fleet.Published<FareFinalised>(ride));
        Assert.Single(await fleet.Published<CancellationWaived>(ride));
    }

    [Fact]
    public async Task When_the_driver_cancels_the_passenger_owes_nothing_in_any_phase_and_the_quote_stays()
    {
        var policy = await fleet.PublishCancellation(ByPhase);
        var (onTheWay, atPickup) = (Ride.InNewYork(), Ride.InNewYork());

        await Cancel(onTheWay, policy, onTheWay.Cancelled(Party.Driver, 3_000) with { Reason = "vehicle-problem" });
        await Cancel(atPickup, policy, atPickup.Arrived(), atPickup.CancelledAtPickup(Party.Driver, 3_000, "vehicle-problem"));

        foreach (var ride in new[] { onTheWay, atPickup })
        {
            Assert.Empty(await fleet.Published<FareFinalised>(ride));
            Assert.Single(await fleet.Published<CancellationWaived>(ride));
            Assert.Equal(0, await fleet.Count("billing.quote_releases where quote_id = @QuoteId", ride));
        }
    }

    /// <summary>The fleet's clock is today's: matched six minutes ago, one that says so at the pickup.</summary>
    [Theory]
    [InlineData(false, null, "OnTheWay", 500)]
    [InlineData(true, null, "AtPickup", 800)]
    [InlineData(true, "changed-mind", "AtPickup", 800)]
    [InlineData(false, "other-vehicle", "AtPickup", 800)]
    public async Task What_is_shown_is_charged(bool arrived, string? reason, string phase, long fee)
    {
        var (policy, ride) = (await fleet.PublishCancellation(ByPhase), Ride.InNewYork() with { StartedAt = TimeProvider.System.GetUtcNow().AddMinutes(-2) });
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created());
        if (arrived) await fleet.Deliver(ride.Arrived());

        var shown = await fleet.PreviewCancellation(ride, ride.PassengerId, reason);
        var cancelled = phase == "AtPickup" ? ride.CancelledAtPickup(Party.Passenger, 0) : ride.Cancelled(Party.Passenger, 0);
        await fleet.Deliver(cancelled with { OccurredAt = shown.GetProperty("at").GetDateTimeOffset() });

        Assert.Equal((phase, fee), (shown.GetProperty("phase").GetString(), shown.GetProperty("fee").GetProperty("minorUnits").GetInt64()));
        Assert.Equal(fee, Assert.Single(await fleet.Published<FareFinalised>(ride)).Total.MinorUnits);
    }

    /// <summary>A driver who leaves somebody who did not come owes nothing, and is told for what phase.</summary>
    [Fact]
    public async Task A_driver_is_shown_no_fee_for_a_passenger_who_did_not_come()
    {
        var (policy, ride) = (await fleet.PublishCancellation(ByPhase), Ride.InNewYork());
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created(), ride.Arrived());

        var shown = await fleet.PreviewCancellation(ride, ride.DriverId, CancelReason.PassengerNoShow);

        Assert.Equal(("NoShow", 0), (shown.GetProperty("phase").GetString(), shown.GetProperty("fee").GetProperty("minorUnits").GetInt64()));
        Assert.False(shown.TryGetProperty("freeUntil", out _));
    }

    /// <summary>The arrival may be heard before the ride, twice, or after its end.</summary>
    [Theory]
    [InlineData(0, 1, 2, 3)]
    [InlineData(2, 0, 1, 3)]
    [InlineData(2, 2, 3, 1, 0)]
    [InlineData(3, 1, 0, 2, 2)]
    [InlineData(1, 3, 2, 0)]
    public async Task The_fee_is_the_same_in_every_order_of_arrival(params int[] order)
    {
        var (policy, ride) = (await fleet.PublishCancellation(ByPhase), Ride.InNewYork());
        Event[] events =
            [ride.Requested(fleet.Tokens, policyId: policy), ride.Created(), ride.Arrived(), ride.CancelledAtPickup(Party.Passenger, 400)];

        foreach (var index in order) await fleet.Deliver(events[index]);

        Assert.Equal([("cancellation-at-pickup", 800)], await Lines(ride));
        Assert.Equal("ride-over", (await fleet.PreviewCancellation(ride, ride.PassengerId)).GetProperty("code").GetString());
    }

    /// <summary>Nobody who has arrived has yet to set out, though that was not heard of.</summary>
    [Fact]
    public async Task A_queued_ride_whose_driver_has_arrived_is_not_shown_as_free()
    {
        var (policy, ride) = (await fleet.PublishCancellation(ByPhase), Ride.InNewYork());
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created() with { AfterRideId = Guid.CreateVersion7() }, ride.Arrived());

        Assert.Equal("ride-not-known-yet", (await fleet.PreviewCancellation(ride, ride.PassengerId)).GetProperty("code").GetString());

        await fleet.Deliver(ride.Began());
        Assert.Equal("AtPickup", (await fleet.PreviewCancellation(ride, ride.PassengerId)).GetProperty("phase").GetString());
    }

    [Fact]
    public async Task The_receipt_names_the_phase()
    {
        var (policy, ride) = (await fleet.PublishCancellation(ByPhase), Ride.InNewYork());
        await Cancel(ride, policy, ride.CancelledAtPickup(Party.Driver, 400, CancelReason.PassengerNoShow));
        await fleet.FareOf(ride);

        using var request = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/receipt.html", ride.PassengerId);
        using var answer = await fleet.Send(request);

        Assert.Contains("<td>No show</td><td>$12.00</td>", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    async Task Cancel(Ride ride, Guid policy, params IEnumerable<Event> events) =>
        await fleet.Deliver([ride.Requested(fleet.Tokens, policyId: policy), ride.Created(), .. events]);

    async Task<IEnumerable<(string Code, long Amount)>> Lines(Ride ride) =>
        JsonSerializer.Deserialize<List<FareLine>>(await fleet.Breakdown(ride), Json.Options)!.Select(line => (line.Code, line.AmountMinorUnits));
}
