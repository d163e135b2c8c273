using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Rides come from matches: once each, and never two at a time.</summary>
public sealed class OnMatchConfirmedTests(RideFleet fleet)
{
    const int Callers = 24;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>NebengJek defect 25: after a failed publish the retry finds a duplicate and the pickup is never told. Here row and event are one.</summary>
    [Fact]
    public async Task NebengJek_25_a_match_heard_many_times_makes_one_ride_and_one_event()
    {
        var match = Samples.Match();

        var deliveries = Enumerable.Range(0, Callers).SelectMany(_ => new[] { match, match with { EventId = Guid.CreateVersion7() } }).ToList();
        await fleet.Bus.Publish(Ct, deliveries);

        await Eventually.Get(() => fleet.StatusOf(match), status => status == "DriverAssigned", Ct);
        await Eventually.Get(() => fleet.Heard(deliveries), count => count == Callers + 1, Ct);
        Assert.Single(await fleet.Bus.Published<RideCreated>("ride", match.RideId, Ct));
    }

    [Fact]
    public async Task What_the_passenger_promised_is_told_and_shown()
    {
        var match = Samples.Match() with { Tip = new(250, "USD") };

        await fleet.Bus.Publish(Ct, match);

        await Eventually.Get(() => fleet.StatusOf(match), status => status == "DriverAssigned", Ct);
        Assert.Equal(new Money(250, "USD"), Assert.Single(await fleet.Bus.Published<RideCreated>("ride", match.RideId, Ct)).Tip);
        using var seen = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}", match.DriverId);
        Assert.Contains("\"tip\":{\"minorUnits\":250", await seen.Content.ReadAsStringAsync(Ct));
    }

    /// <summary>NebengJek defect 10: two accepted matches, two rides for one driver. Here the second is created cancelled, which frees the guard.</summary>
    [Fact]
    public async Task Of_many_matches_of_one_driver_at_once_one_becomes_a_ride()
    {
        var driver = Guid.CreateVersion7();
        var matches = Enumerable.Range(0, Callers).Select(_ => Samples.Match(driver: driver)).ToList();

        await fleet.Bus.Publish(Ct, matches);

        var active = "select count(*) from ride.rides where driver_id = @DriverId and status = 'DriverAssigned'";
        var cancelled = "select count(*) from ride.rides where driver_id = @DriverId and status = 'Cancelled' and cancelled_by = 'System' and cancel_reason = 'already-on-a-ride'";
        await Eventually.Get(() => fleet.Scalar<long>("select count(*) from ride.rides where driver_id = @DriverId", matches[0]), count => count == Callers, Ct);
        Assert.Equal((1, Callers - 1), (await fleet.Scalar<long>(active, matches[0]), (int)await fleet.Scalar<long>(cancelled, matches[0])));
    }

    /// <summary>A passenger, too, is in one ride at a time (peers' finding 3).</summary>
    [Fact]
    public async Task Of_many_matches_of_one_passenger_at_once_one_becomes_a_ride()
    {
        var passenger = Guid.CreateVersion7();
        var matches = Enumerable.Range(0, Callers).Select(_ => Samples.Match(passenger)).ToList();

        await fleet.Bus.Publish(Ct, matches);

        await Eventually.Get(() => fleet.Scalar<long>("select count(*) from ride.rides where passenger_id = @PassengerId", matches[0]), count => count == Callers, Ct);
        Assert.Equal(1, await fleet.Scalar<long>("select count(*) from ride.rides where passenger_id = @PassengerId and status = 'DriverAssigned'", matches[0]));
    }

    [Fact]
    public async Task A_cancel_that_overtakes_its_ride_is_applied_when_the_ride_comes()
    {
        var match = Samples.Match();
        using var early = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", match.PassengerId, new { reason = "changed-mind" });
        using var stranger = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", Guid.CreateVersion7(), new { reason = "other" });

        await fleet.Bus.Publish(Ct, match);

        await Eventually.Get(() => fleet.StatusOf(match), status => status == "Cancelled", Ct);
        var cancelled = Assert.Single(await fleet.Bus.Published<RideCancelled>("ride", match.RideId, Ct));
        Assert.Equal((Party.Passenger, "changed-mind", 2L), (cancelled.By, cancelled.Reason, cancelled.Version));
    }

    [Fact]
    public async Task A_strangers_early_cancel_does_nothing()
    {
        var match = Samples.Match();
        using var stranger = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", Guid.CreateVersion7(), new { reason = "other" });

        await fleet.Bus.Publish(Ct, match);

        Assert.Equal("DriverAssigned", await Eventually.Get(() => fleet.StatusOf(match), status => status is not null, Ct));
    }
}
