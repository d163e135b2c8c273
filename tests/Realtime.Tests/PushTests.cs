using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Realtime.Tests;

/// <summary>Events reach the phones they concern, once, in order, also those that were away.</summary>
public sealed class PushTests(RealtimeFleet fleet)
{
    static readonly GeoPoint Corner = new(40.7580, -73.9855);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>NebengJek defect 31: half of the steps are never told. Here both sides hear them, and no stranger does.</summary>
    [Fact]
    public async Task Both_sides_hear_a_step_and_nobody_else()
    {
        var (arrived, stranger) = (Arrived(), Guid.CreateVersion7());
        await using var passenger = await fleet.Open(arrived.PassengerId, copy: 0, driver: false);
        await using var driver = await fleet.Open(arrived.DriverId, copy: 1);
        await using var other = await fleet.Open(stranger, copy: 1);

        await fleet.Bus.Publish(Ct, arrived);

        Assert.Equal(arrived.RideId, (await passenger.Hears("driver-arrived")).GetProperty("data").GetProperty("rideId").GetGuid());
        await driver.Hears("driver-arrived");
        await other.Send("""{"type":"ping"}""");
        await other.Hears("pong");
    }

    /// <summary>An offer is the driver's alone: the passenger must not learn whom we ask.</summary>
    [Fact]
    public async Task An_offer_is_told_to_its_driver_only()
    {
        var offer = new OfferMade(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Corner, Corner, 300, new(900, "USD"), DateTimeOffset.UnixEpoch)
        {
            OccurredAt = DateTimeOffset.UnixEpoch,
            Version = 1,
        };
        await using var passenger = await fleet.Open(offer.PassengerId, driver: false);
        await using var driver = await fleet.Open(offer.DriverId);

        await fleet.Bus.Publish(Ct, offer);

        await driver.Hears("offer-made");
        await passenger.Send("""{"type":"ping"}""");
        await passenger.Hears("pong");
    }

    /// <summary>That a subscription was paid for again, or will end, is between the driver and us.</summary>
    [Fact]
    public async Task A_driver_hears_what_becomes_of_their_subscription()
    {
        var (driverId, subscription, plan, now) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), DateTimeOffset.UnixEpoch);
        await using var driver = await fleet.Open(driverId);

        await fleet.Bus.Publish(Ct, new DriverSubscriptionRenewed(subscription, driverId, plan, "nyc", "week", new(700, "USD"), now, now.AddDays(7)) { OccurredAt = now, Version = 2 });
        var renewed = await driver.Hears("driver-subscription-renewed");
        await fleet.Bus.Publish(Ct, new DriverSubscriptionLapsed(subscription, driverId, plan, "nyc", "week", "plan-stopped", now.AddDays(7)) { OccurredAt = now, Version = 3 });
        var lapsed = await driver.Hears("driver-subscription-lapsed");

        Assert.Equal(700, renewed.GetProperty("data").GetProperty("price").GetProperty("minorUnits").GetInt64());
        Assert.Equal("plan-stopped", lapsed.GetProperty("data").GetProperty("code").GetString());
    }

    /// <summary>The driver is told where to go now and what it pays; the passenger's quote is none of their business.</summary>
    [Fact]
    public async Task Both_sides_hear_of_another_way_without_the_token_of_its_quote()
    {
        var rerouted = new RideRerouted(
            Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), "nyc", VehicleClass.Standard, Corner, [Corner],
            Guid.CreateVersion7(), new(900, "USD"), Guid.CreateVersion7(), "a token")
        { OccurredAt = DateTimeOffset.UnixEpoch, Version = 4 };
        await using var passenger = await fleet.Open(rerouted.PassengerId, driver: false);
        await using var driver = await fleet.Open(rerouted.DriverId);

        await fleet.Bus.Publish(Ct, rerouted);

        var told = (await driver.Hears("ride-rerouted")).GetProperty("data");
        Assert.Equal((1, 900), (told.GetProperty("stopsAhead").GetArrayLength(), told.GetProperty("quotedFare").GetProperty("minorUnits").GetInt32()));
        Assert.False(told.TryGetProperty("quoteToken", out _));
        Assert.False((await passenger.Hears("ride-rerouted")).GetProperty("data").TryGetProperty("quoteToken", out _));
    }

    /// <summary>Whoever is on it may have only lost a phone: an app that hears of it says so, before the rule closes the ride.</summary>
    [Fact]
    public async Task Both_sides_hear_that_nothing_is_heard_of_their_ride()
    {
        var silent = new RideFellSilent(
            Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), "nyc", RideStatus.InProgress, DateTimeOffset.UnixEpoch, Corner)
        { OccurredAt = DateTimeOffset.UnixEpoch, Version = 3 };
        await using var passenger = await fleet.Open(silent.PassengerId, driver: false);
        await using var driver = await fleet.Open(silent.DriverId);

        await fleet.Bus.Publish(Ct, silent);

        foreach (var phone in new[] { passenger, driver })
            Assert.Equal(silent.RideId, (await phone.Hears("ride-fell-silent")).GetProperty("data").GetProperty("rideId").GetGuid());
    }

    /// <summary>NebengJek defect 29: random message ids defeat deduplication. Here an event delivered often is pushed once.</summary>
    [Fact]
    public async Task An_event_delivered_many_times_is_pushed_once()
    {
        var (arrived, started) = (Arrived(), Arrived());
        started = started with { DriverId = arrived.DriverId };
        await using var driver = await fleet.Open(arrived.DriverId);

        await fleet.Bus.Publish(Ct, Enumerable.Repeat<Event>(arrived, 24));
        await driver.Hears("driver-arrived");
        await fleet.Bus.Publish(Ct, started);

        Assert.Equal(started.RideId, (await driver.Hears("driver-arrived")).GetProperty("data").GetProperty("rideId").GetGuid());
    }

    /// <summary>NebengJek defects 26 and 27: what is sent to a phone that is away, or at another copy, is lost. Here it waits.</summary>
    [Fact]
    public async Task A_phone_that_was_away_gets_what_it_missed_at_any_copy_in_order()
    {
        var first = Arrived();
        await using var before = await fleet.Open(first.DriverId, copy: 0);
        await fleet.Bus.Publish(Ct, first);
        var seen = (await before.Hears("driver-arrived")).GetProperty("id").GetString();
        await before.DisposeAsync();

        var missed = Enumerable.Range(0, 5).Select(_ => Arrived() with { DriverId = first.DriverId }).ToList();
        foreach (var each in missed)
        {
            await fleet.Bus.Publish(Ct, each);
        }

        await using var after = await fleet.Open(first.DriverId, copy: 1, lastId: seen);
        var heard = new List<Guid>();
        foreach (var _ in missed)
        {
            heard.Add((await after.Hears("driver-arrived")).GetProperty("data").GetProperty("rideId").GetGuid());
        }

        Assert.Equal(missed.Select(each => each.RideId).Order(), heard.Order());
    }

    /// <summary>An inbox is read page by page: a long absence is several pages, the last of them not full.</summary>
    [Fact]
    public async Task A_phone_that_was_away_for_long_gets_all_of_it()
    {
        var first = Arrived();
        await using var before = await fleet.Open(first.DriverId);
        await fleet.Bus.Publish(Ct, first);
        var seen = (await before.Hears("driver-arrived")).GetProperty("id").GetString();
        await before.DisposeAsync();

        var missed = Enumerable.Range(0, 250).Select(_ => Arrived() with { DriverId = first.DriverId }).ToList();
        await fleet.Bus.Publish(Ct, missed);

        await using var after = await fleet.Open(first.DriverId, copy: 1, lastId: seen);
        var heard = new List<Guid>();
        foreach (var _ in missed)
        {
            heard.Add((await after.Hears("driver-arrived")).GetProperty("data").GetProperty("rideId").GetGuid());
        }

        Assert.Equal(missed.Select(each => each.RideId).Order(), heard.Order());
    }

    /// <summary>NebengJek defect 28: an old socket that closes takes the new one with it. Here the newest wins, on whichever copy.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    public async Task NebengJek_28_the_newest_socket_wins_and_the_older_is_closed(int olderCopy, int newerCopy)
    {
        var arrived = Arrived();
        await using var older = await fleet.Open(arrived.DriverId, olderCopy);
        await using var newer = await fleet.Open(arrived.DriverId, newerCopy);

        Assert.Equal(4_000, await older.Closed());
        await fleet.Bus.Publish(Ct, arrived);
        await newer.Hears("driver-arrived");
    }

    [Fact]
    public async Task Of_many_sockets_opened_at_once_one_is_left()
    {
        var arrived = Arrived();
        var sockets = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => fleet.Open(arrived.DriverId, number % 2)));

        // An older socket hears of the newest a moment after that was let in.
        var next = sockets.Select(socket => socket.Next()).ToList();
        await Eventually.Get(() => Task.FromResult(next.Count(frame => frame.IsCompleted)), ended => ended >= 19, Ct);
        await fleet.Bus.Publish(Ct, arrived);
        var outcomes = await Task.WhenAll(next);

        Assert.Equal(19, outcomes.Count(frame => frame is null));
        await Task.WhenAll(sockets.Select(socket => socket.DisposeAsync().AsTask()));
    }

    static DriverArrived Arrived() =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Corner) { OccurredAt = DateTimeOffset.UnixEpoch, Version = 2 };
}
