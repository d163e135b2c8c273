using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;
/// <summary>What passengers do not pay, drivers get all the same, and no budget gives twice. Two copies, events in any order.</summary>
public sealed class PromotionTests(BillingFleet fleet) : PromotionsUnderTest(fleet)
{
    [Fact]
    public async Task A_code_lowers_the_quote_and_the_fare_and_nothing_of_the_driver_s()
    {
        var code = await Create(most: 300, basisPoints: 2_500);

        var full = await Quote(Guid.CreateVersion7());
        var (ride, quote) = await Requested(code);
        await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
        var fare = await Fleet.FareOf(ride);
        var told = Assert.Single(await Fleet.Published<FareFinalised>(ride));

        Assert.Equal(-Discount(Fare(full).MinorUnits), Line(quote, "promotion"));
        Assert.Equal(Fare(full).MinorUnits - Discount(Fare(full).MinorUnits), Fare(quote).MinorUnits);
        Assert.Equal(code, quote.GetProperty("promotion").GetProperty("code").GetString());
        // 8.00, of which a quarter is ours; the driver's 6.75, our 0.75 and the tax of 0.50 are those of 8.00
        Assert.Equal((600, 75, 675, 50), (fare.TotalMinorUnits, fare.CommissionMinorUnits, fare.DriverEarningMinorUnits, fare.TaxMinorUnits));
        Assert.Equal((new Money(600, "USD"), (Money?)new Money(200, "USD")), (told.Total, told.Promotion));
        Assert.Equal((200, 600, -675), (await Fleet.Posted("PromotionExpense", ride), await Fleet.Posted("PassengerReceivable", ride), await Fleet.Posted("DriverPayable", ride)));
        Assert.Equal((0, 200), await Money(code));
        Assert.Empty(await Fleet.BrokenInvariants());

        static long Discount(long fare) => Math.Min(300, fare / 4);
    }

    /// <summary>Budget for three, twelve requests at once on two copies, whose holds are gone: three are paid for by it, and all pay what they were quoted.</summary>
    [Fact]
    public async Task A_budget_is_never_overspent_whoever_races()
    {
        var code = await Create(most: 100, budget: 350);
        var promised = await Lapsed(code, Enumerable.Range(0, 12).Select(_ => Guid.CreateVersion7()));

        await Fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);
        Assert.Equal((300, 0), await Money(code));

        foreach (var (ride, quote, _) in promised)
        {
            await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            Assert.Equal(700, (await Fleet.FareOf(ride)).TotalMinorUnits);
        }

        var expenses = await Task.WhenAll(promised.Select(each => Fleet.Posted("PromotionExpense", each.Ride)));
        var concessions = await Task.WhenAll(promised.Select(each => Fleet.Posted("Concessions", each.Ride)));
        Assert.Equal((300, 900), (expenses.Sum(), concessions.Sum()));
        Assert.Equal((0, 300), await Money(code));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_was_reserved_is_free_again_when_there_is_no_ride_in_whatever_order_and_however_often_it_is_told()
    {
        var code = await Create(most: 100, budget: 10_000);
        var promised = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Promised(code)));

        await Fleet.DeliverAtOnce([.. promised.SelectMany(each => new Event[]
        {
            each.Request, each.Request with { EventId = Guid.CreateVersion7() }, NoDriver(each.Ride), NoDriver(each.Ride) with { EventId = Guid.CreateVersion7() },
        })]);
        // Whose end was heard first used no hold: it lasts as long as their quotes.
        await Lapse(code);
        Assert.Equal((0, 0), await Money(code));

        var (ride, _) = await Requested(code);
        await Fleet.Deliver(ride.Created(), ride.Cancelled(Party.Driver, 100));
        Assert.Equal((100, 0), await Money(code));
        await Fleet.Deliver(new RideRequestCancelled(ride.RequestId, ride.PassengerId, ride.QuoteId) { OccurredAt = ride.StartedAt, Version = 3 });
        Assert.Equal((0, 0), await Money(code));
    }

    /// <summary>The request, or the ride's other quote, is heard of when the deadline has passed and the fare is written.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_promised_by_a_quote_that_comes_too_late_for_its_ride_is_free_again(bool rerouted)
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var (late, quote, request) = await Promised(code, passenger);
        var ride = Ride.InNewYork() with { PassengerId = passenger, QuoteId = rerouted ? Guid.CreateVersion7() : late.QuoteId };
        if (rerouted) await Fleet.Deliver(ride.Requested(Fleet.Tokens));
        var ended = ride.Completed() with { QuoteId = late.QuoteId, QuotedFare = Fare(quote) };
        await Fleet.Deliver(ride.Created(), ended, ride.Tracked());

        await Fleet.PassDeadline(ride);
        await Fleet.FareOf(ride);
        await Fleet.Deliver(rerouted
            ? new RideRerouted(
                ride.RideId, ride.RequestId, passenger, ride.DriverId, "nyc", VehicleClass.Standard, GrandCentral, [], late.QuoteId, Fare(quote), ride.QuoteId,
                request.QuoteToken)
            { OccurredAt = ride.StartedAt, Version = 4 }
            : request);

        Assert.Equal((0, 0), await Money(code));
        Assert.Null(await Refused(code, passenger));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>A fare that should never have been gave nothing, and was no first ride.</summary>
    [Fact]
    public async Task A_void_fare_gives_its_promotion_back()
    {
        var code = await Create(most: 100, firstRideOnly: true);
        var (ride, quote) = await Requested(code);
        await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
        await Fleet.FareOf(ride);
        Assert.Equal((0, 100), await Money(code));
        var voided = ride.Voided(new(700, "USD"));

        await Fleet.DeliverAtOnce([.. Enumerable.Range(0, 10).Select(_ => voided with { EventId = Guid.CreateVersion7() })]);

        Assert.Equal((0, 0), await Money(code));
        Assert.Equal(0, await Fleet.Posted("PromotionExpense", ride));
        var (again, _) = await Requested(code, ride.PassengerId);
        Assert.Equal((100, 0), await Money(code));
        await Fleet.Deliver(NoDriver(again));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_void_fare_that_the_budget_had_not_paid_for_gives_its_use_back()
    {
        var code = await Create(most: 100, budget: 100);
        var promised = await Lapsed(code, Guid.CreateVersion7(), Guid.CreateVersion7());
        await Fleet.Deliver(promised[0].Request, promised[1].Request);
        foreach (var (ride, quote, _) in promised)
        {
            await Fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            await Fleet.FareOf(ride);
            await Fleet.Deliver(ride.Voided(new(700, "USD")));
        }

        Assert.Equal((0, 0), await Money(code));
        foreach (var (ride, _, _) in promised)
        {
            Assert.Equal((0, 0), (await Fleet.Posted("PromotionExpense", ride), await Fleet.Posted("Concessions", ride)));
            Assert.Equal([0], await Fleet.Column<int>("select uses from billing.promotion_passengers where passenger_id = @PassengerId", new { ride.PassengerId }));
        }

        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task One_without_a_code_applies_by_itself_to_its_classes_and_the_best_counts()
    {
        await Create(Body(code: null, most: 111, vehicleClasses: [VehicleClass.Premium]));
        var code = await Create(most: 222);
        await Books.Until("it applies", () => AtBoth(async copy => Line(await Quote(Guid.CreateVersion7(), null, "Premium", copy), "promotion") == -111));

        Assert.Equal(0, Line(await Quote(Guid.CreateVersion7()), "promotion"));
        Assert.Equal(-222, Line(await Quote(Guid.CreateVersion7(), code, "Premium"), "promotion"));
    }

    [Fact]
    public async Task One_that_is_stopped_gives_nothing_more_and_its_code_is_free()
    {
        var code = await Create(most: 100);
        var (status, taken) = await Post("/v1/ops/promotions", Body(code, 100));
        Assert.Equal((HttpStatusCode.Conflict, "promotion-code-taken"), (status, taken.GetProperty("code").GetString()));

        var id = (await Find(code)).GetProperty("promotionId").GetGuid();
        Assert.Equal(HttpStatusCode.OK, (await Post($"/v1/ops/promotions/{id}/stop", new { })).Status);
        await Books.Until("it is over", () => AtBoth(async copy => await Refused(code, Guid.CreateVersion7(), copy) == "promotion-unknown"));
        Assert.Equal(HttpStatusCode.Created, (await Post("/v1/ops/promotions", Body(code, 100))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Post($"/v1/ops/promotions/{Guid.CreateVersion7()}/stop", new { })).Status);
    }

    [Theory]
    [InlineData("""{"cityId":"atlantis"}""", "cityId")]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"code":"NO WAY"}""", "code")]
    [InlineData("""{"basisPoints":10001}""", "basisPoints")]
    [InlineData("""{"mostMinorUnits":0}""", "mostMinorUnits")]
    [InlineData("""{"budgetMinorUnits":99}""", "budgetMinorUnits")]
    [InlineData("""{"vehicleClasses":["Motorcycle"]}""", "vehicleClasses")]
    [InlineData("""{"vehicleClasses":[1]}""", "vehicleClasses[0]")]
    [InlineData("""{"usesPerPassenger":0}""", "usesPerPassenger")]
    [InlineData("""{"firstRideOnly":true,"usesPerPassenger":2}""", "usesPerPassenger")]
    [InlineData("""{"validTo":"2001-01-01T00:00:00Z"}""", "validTo")]
    public async Task A_promotion_that_makes_no_sense_is_refused_by_its_field(string change, string field)
    {
        var body = JsonSerializer.SerializeToNode(Body(NewCode(), 100), Json.Options)!.AsObject();
        foreach (var (member, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(change)!) body[member] = JsonSerializer.SerializeToNode(value);

        var (status, problem) = await Post("/v1/ops/promotions", body);

        Assert.Equal((HttpStatusCode.BadRequest, field), (status, problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task A_code_that_nobody_gave_is_refused_by_its_field() => Assert.Equal("promotion-unknown", await Refused("NOSUCHCODE", Guid.CreateVersion7()));
}
