using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;
/// <summary>How often a passenger has a promotion, however many quotes promise it. Two copies, events in any order.</summary>
public sealed class PromotionLimitTests(BillingFleet fleet) : PromotionsUnderTest(fleet)
{
    [Fact]
    public async Task A_passenger_uses_it_as_often_as_it_says_and_a_released_use_does_not_count()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());

        var (first, _) = await Requested(code, passenger);
        Assert.Equal("promotion-used-up", await Refused(code, passenger));
        await Fleet.Deliver(NoDriver(first));
        Assert.Equal(-100, Line(await Quote(passenger, code), "promotion"));
    }

    /// <summary>Two quotes made before either was used, requested at once: the limit counts one.</summary>
    [Fact]
    public async Task Two_quotes_at_once_use_a_limit_of_one_once()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(code, passenger), Promised(code, passenger));

        await Fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);

        Assert.Equal((100, 0), await Money(code));
    }

    /// <summary>Ten quotes before anything was asked for, each at its discount; ten rides in advance under them, at once, at two copies: one discount.</summary>
    [Fact]
    public async Task Of_ten_quotes_at_once_for_a_limit_of_one_ten_scheduled_rides_have_one_discount()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Enumerable.Range(1, 10).Select(hour => Promised(code, passenger, DateTimeOffset.UtcNow.AddHours(hour))));
        Assert.All(promised, each => Assert.Equal(-100, Line(each.Quote, "promotion")));

        await Fleet.DeliverAtOnce([.. promised.SelectMany(each => new Event[] { each.Request, each.Request with { EventId = Guid.CreateVersion7() } })]);
        Assert.Equal((100, 0), await Money(code));
        var told = await NotApplied(passenger);
        Assert.Equal(9, told.Count);
        foreach (var each in told)
        {
            var (ride, quote, _) = promised.Single(one => one.Ride.QuoteId == each.QuoteId);
            Assert.Equal((ride.RequestId, code, Fare(quote) with { MinorUnits = Fare(quote).MinorUnits + 100 }), (each.RideRequestId, each.Code, each.Price));
        }

        foreach (var (ride, quote, _) in promised)
        {
            await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            var discounted = told.All(each => each.QuoteId != ride.QuoteId);
            Assert.Equal(discounted ? 700 : 800, (await Fleet.FareOf(ride)).TotalMinorUnits);
            Assert.Equal(discounted ? 100 : 0, await Fleet.Posted("PromotionExpense", ride));
            Assert.Equal(0, await Fleet.Posted("Concessions", ride));
            Assert.Equal(!discounted, (await Receipt(ride)).TryGetProperty("promotionNotApplied", out _));
        }

        Assert.Equal((0, 100), await Money(code));
        Assert.Empty(await Fleet.BrokenInvariants());
        Assert.Empty(await Recomputed(promised.Select(each => each.Ride)));
    }

    /// <summary>The quote is honoured where there is no track, but not its promotion; the ride's other way is quoted without it.</summary>
    [Fact]
    public async Task An_honoured_quote_beyond_the_limit_costs_what_it_says_without_the_promotion()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(code, passenger), Promised(code, passenger));
        await Fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);
        var told = Assert.Single(await NotApplied(passenger));
        var (ride, quote, _) = promised.Single(each => each.Ride.QuoteId == told.QuoteId);

        await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) });
        var other = await Reroute(ride);
        await Fleet.Deliver(ride.Completed(), ride.Tracked(metres: 0, points: 0));

        Assert.Equal(Fare(quote).MinorUnits + 100, (await Fleet.FareOf(ride)).TotalMinorUnits);
        Assert.Equal(0, Line(other, "promotion"));
        Assert.Empty(await Recomputed([ride]));
    }

    /// <summary>What only the budget could not pay for is given all the same, and counts: it cannot be had without bound either, and is free again without a ride.</summary>
    [Fact]
    public async Task A_use_that_the_budget_could_not_pay_for_counts_for_the_limit_until_it_is_released()
    {
        var (code, passenger) = (await Create(most: 100, budget: 100), Guid.CreateVersion7());
        var promised = await Lapsed(code, Guid.CreateVersion7(), passenger, passenger, passenger);

        await Fleet.Deliver(promised.Take(3).Select(each => each.Request));
        var beyond = Assert.Single(await NotApplied(passenger));
        await Fleet.Deliver(NoDriver(promised[1].Ride), promised[3].Request);

        Assert.Equal(promised[2].Ride.QuoteId, beyond.QuoteId);
        Assert.Equal(["Reserved", "Released", "BeyondLimit", "Unfunded"], await Task.WhenAll(promised.Select(each => StatusOf(each.Ride))));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Two_promotions_for_the_first_ride_are_given_for_one_ride()
    {
        var (one, other, passenger) = (await Create(most: 100, firstRideOnly: true), await Create(most: 200, firstRideOnly: true), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(one, passenger), Promised(other, passenger));

        await Fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);

        Assert.Single(await NotApplied(passenger));
        Assert.Equal(["BeyondLimit", "Reserved"], (await Task.WhenAll(promised.Select(each => StatusOf(each.Ride)))).Order());
        Assert.Equal("promotion-used-up", await Refused(one, passenger));
    }

    [Fact]
    public async Task A_first_ride_is_the_first()
    {
        var code = await Create(most: 100, firstRideOnly: true);
        var (ride, quote) = await Requested(code);
        await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
        await Fleet.FareOf(ride);
        var other = await Create(most: 100, firstRideOnly: true);

        Assert.Equal("promotion-used-up", await Refused(other, ride.PassengerId));
        Assert.Equal(-100, Line(await Quote(Guid.CreateVersion7(), other), "promotion"));
    }
}
