using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Rides that were matched while their driver had a subscription are without commission, whatever is heard in whichever order.</summary>
public sealed class SubscribedFareTests(BillingFleet fleet)
{
    /// <summary>Of the match, before the ride starts.</summary>
    static readonly TimeSpan Approach = TimeSpan.FromMinutes(4);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_driver_gets_the_commission_and_nothing_else_of_the_fare_changes()
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan());
        var (with, without) = (await Finished(subscription, subscription.StartsAt), Matched(Guid.CreateVersion7(), subscription.StartsAt));
        await fleet.Finished(without);

        var (free, plain) = (await fleet.FareOf(with), await fleet.FareOf(without));

        Assert.True(plain.CommissionMinorUnits > 0);
        Assert.Equal(
            (plain.TotalMinorUnits, plain.TaxMinorUnits, 0L, plain.DriverEarningMinorUnits + plain.CommissionMinorUnits),
            (free.TotalMinorUnits, free.TaxMinorUnits, free.CommissionMinorUnits, free.DriverEarningMinorUnits));
        Assert.Equal(await fleet.Breakdown(without), await fleet.Breakdown(with));
        Assert.Equal((-free.DriverEarningMinorUnits, 0L), (await fleet.Posted("DriverPayable", with), await fleet.Posted("Commission", with)));
        Assert.Equal(0, Assert.Single(await fleet.Published<FareFinalised>(with)).Commission.MinorUnits);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task The_money_page_and_the_driver_s_receipt_say_why_there_is_no_commission()
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan());
        var ride = await Finished(subscription, subscription.StartsAt);

        using var asked = fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/rides/{ride.RideId}/money");
        var money = (await Json(asked)).GetProperty("fare").GetProperty("subscription");
        using var driver = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/receipt", ride.DriverId);
        using var page = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/receipt.html", ride.DriverId);
        using var passenger = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/receipt", ride.PassengerId, driver: false);

        Assert.Equal((subscription.SubscriptionId, "week"), (money.GetProperty("subscriptionId").GetGuid(), money.GetProperty("plan").GetString()));
        Assert.Equal("week", (await Json(driver)).GetProperty("subscription").GetString());
        Assert.Contains("None, because of your subscription week", await (await fleet.Send(page)).Content.ReadAsStringAsync(Stop));
        Assert.False((await Json(passenger)).TryGetProperty("subscription", out _));
    }

    /// <summary>From the instant of the purchase until, and not with, the instant of its end; that it ends while riding makes no difference.</summary>
    [Theory]
    [InlineData(false, -1, false)]
    [InlineData(false, 0, true)]
    [InlineData(true, -1, true)]
    [InlineData(true, 0, false)]
    public async Task The_instant_of_the_match_decides(bool atTheEnd, int milliseconds, bool covered)
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan(days: 1));

        var ride = await Finished(subscription, (atTheEnd ? subscription.EndsAt : subscription.StartsAt).AddMilliseconds(milliseconds));

        Assert.Equal(covered, await IsFree(ride));
    }

    [Fact]
    public async Task Another_class_another_city_and_another_driver_are_not_covered()
    {
        var driver = Guid.CreateVersion7();
        var subscription = await fleet.Subscribed(driver, await fleet.Plan(100, 7, VehicleClass.Van));
        var (van, standard, stranger) = (Matched(driver, subscription.StartsAt), Matched(driver, subscription.StartsAt), Matched(Guid.CreateVersion7(), subscription.StartsAt));
        var jakarta = Ride.InJakarta() with { DriverId = driver, StartedAt = subscription.StartsAt + Approach };

        await Drive(van, VehicleClass.Van);
        await Drive(stranger, VehicleClass.Van);
        await fleet.Finished(standard);
        await fleet.Finished(jakarta);

        Assert.Equal((true, false, false, false), (await IsFree(van), await IsFree(stranger), await IsFree(standard), await IsFree(jakarta)));
    }

    /// <summary>The fee is the passenger's to pay as ever, and the driver's whole; whichever is heard first.</summary>
    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 0, 1)]
    public async Task A_cancellation_s_fee_is_without_commission_in_any_order_of_news(params int[] order)
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan());
        var ride = Matched(subscription.DriverId, subscription.StartsAt);
        Event[] news = [ride.Requested(fleet.Tokens), ride.Created(), ride.Cancelled(Party.Passenger, 1_000)];

        await fleet.Deliver(order.Select(number => news[number]));

        var fare = await fleet.FareOf(ride);
        Assert.Equal((500L, 0L, 500L), (fare.TotalMinorUnits, fare.CommissionMinorUnits, fare.DriverEarningMinorUnits + fare.TaxMinorUnits));
        Assert.True(await IsFree(ride));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>The driver was matched while the subscription ran, set out when it had ended, and what says so may come first or last.</summary>
    [Theory]
    [InlineData(0, 1, 2, 3, 4)]
    [InlineData(4, 3, 2, 1, 0)]
    [InlineData(3, 0, 4, 2, 1)]
    public async Task A_ride_that_was_queued_goes_by_its_match_in_any_order_of_news(params int[] order)
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan(days: 1));
        var ride = Matched(subscription.DriverId, subscription.EndsAt.AddSeconds(-1));
        var setOut = new QueuedRideBegan(ride.RideId, ride.PassengerId, ride.DriverId) { OccurredAt = subscription.EndsAt.AddMinutes(1), Version = 2 };
        Event[] news = [ride.Requested(fleet.Tokens), ride.Created() with { AfterRideId = Guid.CreateVersion7() }, setOut, ride.Completed(), ride.Tracked()];

        await fleet.Deliver(order.Select(number => news[number]));

        await fleet.FareOf(ride);
        Assert.True(await IsFree(ride));
    }

    [Fact]
    public async Task One_that_was_begun_after_the_match_does_not_count_though_the_ride_is_priced_later()
    {
        var driver = Guid.CreateVersion7();
        var ride = Matched(driver, TimeProvider.System.GetUtcNow());
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());

        await fleet.Subscribed(driver, await fleet.Plan());
        await fleet.Deliver(ride.Completed(), ride.Tracked());

        await fleet.FareOf(ride);
        Assert.False(await IsFree(ride));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A match at two instants of a fare: twenty copies of its last news, one fare, and it is worked out again to the same number.</summary>
    [Fact]
    public async Task However_often_it_is_told_there_is_one_fare_and_it_comes_out_the_same_again()
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan());
        var ride = Matched(subscription.DriverId, subscription.StartsAt);
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed());

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, 20).Select(_ => ride.Tracked() with { EventId = Guid.CreateVersion7() })]);

        await fleet.FareOf(ride);
        Assert.True(await IsFree(ride));
        Assert.Single(await fleet.Published<FareFinalised>(ride));
        Assert.DoesNotContain(ride.RideId, await Different());
    }

    [Fact]
    public async Task An_adjustment_takes_from_the_driver_alone_what_would_have_been_ours_too()
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan());
        var ride = await Finished(subscription, subscription.StartsAt);
        var fare = await fleet.FareOf(ride);

        using var request = fleet.OperatorRequest(HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", new { amountMinorUnits = fare.TotalMinorUnits, reason = "wrong way" });
        await fleet.Send(request);

        Assert.Equal((0L, 0L, 0L), (await fleet.Posted("DriverPayable", ride), await fleet.Posted("Commission", ride), await fleet.Posted("Tax", ride)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    static Ride Matched(Guid driver, DateTimeOffset at) => Ride.InNewYork() with { DriverId = driver, StartedAt = at + Approach };

    async Task<Ride> Finished(Subscribed subscription, DateTimeOffset matchedAt) => await fleet.Finished(Matched(subscription.DriverId, matchedAt));

    async Task Drive(Ride ride, VehicleClass vehicleClass)
    {
        await fleet.Deliver(ride.Requested(fleet.Tokens, vehicleClass), ride.Created() with { VehicleClass = vehicleClass }, ride.Completed(), ride.Tracked());
        await fleet.FareOf(ride);
    }

    /// <summary>Whether there was no commission because of a subscription.</summary>
    async Task<bool> IsFree(Ride ride)
    {
        var subscribed = await fleet.Count("billing.fares where ride_id = @RideId and subscription_id is not null", ride) == 1;
        Assert.Equal(subscribed, (await fleet.FareOf(ride)).CommissionMinorUnits == 0);
        return subscribed;
    }

    /// <summary>Rides whose fare comes out differently.</summary>
    async Task<IReadOnlyList<Guid>> Different()
    {
        var different = new List<Guid>();
        for (var cursor = ""; ;)
        {
            using var request = fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/fares/recomputed?limit=1000{cursor}");
            var page = await Json(request);
            different.AddRange(page.GetProperty("different").EnumerateArray().Select(ride => ride.GetGuid()));
            if (!page.TryGetProperty("nextCursor", out var next)) return different;
            cursor = $"&cursor={next.GetString()}";
        }
    }

    async Task<JsonElement> Json(HttpRequestMessage request)
    {
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }
}
