using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What passengers do not pay, drivers get all the same, and no budget gives twice. Two copies, events in any order.</summary>
public sealed class PromotionTests(BillingFleet fleet)
{
    static readonly GeoPoint TimesSquare = new(40.7580, -73.9855), GrandCentral = new(40.7527, -73.9772);

    [Fact]
    public async Task A_code_lowers_the_quote_and_the_fare_and_nothing_of_the_driver_s()
    {
        var code = await Create(most: 300, basisPoints: 2_500);

        var full = await Quote(Guid.CreateVersion7());
        var (ride, quote) = await Requested(code);
        await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
        var fare = await fleet.FareOf(ride);
        var told = Assert.Single(await fleet.Published<FareFinalised>(ride));

        Assert.Equal(-Discount(Fare(full).MinorUnits), Line(quote, "promotion"));
        Assert.Equal(Fare(full).MinorUnits - Discount(Fare(full).MinorUnits), Fare(quote).MinorUnits);
        Assert.Equal(code, quote.GetProperty("promotion").GetProperty("code").GetString());
        // 8.00, of which a quarter is ours; the driver's 6.75, our 0.75 and the tax of 0.50 are those of 8.00
        Assert.Equal((600, 75, 675, 50), (fare.TotalMinorUnits, fare.CommissionMinorUnits, fare.DriverEarningMinorUnits, fare.TaxMinorUnits));
        Assert.Equal((new Money(600, "USD"), (Money?)new Money(200, "USD")), (told.Total, told.Promotion));
        Assert.Equal((200, 600, -675), (await fleet.Posted("PromotionExpense", ride), await fleet.Posted("PassengerReceivable", ride), await fleet.Posted("DriverPayable", ride)));
        Assert.Equal((0, 200), await Money(code));
        Assert.Empty(await fleet.BrokenInvariants());

        static long Discount(long fare) => Math.Min(300, fare / 4);
    }

    /// <summary>Budget for three, twelve passengers at once on two copies: three are paid for by it, and all pay what they were quoted.</summary>
    [Fact]
    public async Task A_budget_is_never_overspent_whoever_races()
    {
        var code = await Create(most: 100, budget: 350);
        var promised = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Promised(code)));

        await fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);
        Assert.Equal((300, 0), await Money(code));

        foreach (var (ride, quote, _) in promised)
        {
            await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            Assert.Equal(700, (await fleet.FareOf(ride)).TotalMinorUnits);
        }

        var expenses = await Task.WhenAll(promised.Select(each => fleet.Posted("PromotionExpense", each.Ride)));
        var concessions = await Task.WhenAll(promised.Select(each => fleet.Posted("Concessions", each.Ride)));
        Assert.Equal((300, 900), (expenses.Sum(), concessions.Sum()));
        Assert.Equal((0, 300), await Money(code));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_was_reserved_is_free_again_when_there_is_no_ride_in_whatever_order_and_however_often_it_is_told()
    {
        var code = await Create(most: 100, budget: 10_000);
        var promised = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Promised(code)));

        await fleet.DeliverAtOnce([.. promised.SelectMany(each => new Event[]
        {
            each.Request, each.Request with { EventId = Guid.CreateVersion7() }, NoDriver(each.Ride), NoDriver(each.Ride) with { EventId = Guid.CreateVersion7() },
        })]);
        Assert.Equal((0, 0), await Money(code));

        var (ride, _) = await Requested(code);
        await fleet.Deliver(ride.Created(), ride.Cancelled(Party.Driver, 100));
        Assert.Equal((100, 0), await Money(code));
        await fleet.Deliver(new RideRequestCancelled(ride.RequestId, ride.PassengerId, ride.QuoteId) { OccurredAt = ride.StartedAt, Version = 3 });
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
        if (rerouted) await fleet.Deliver(ride.Requested(fleet.Tokens));
        var ended = ride.Completed() with { QuoteId = late.QuoteId, QuotedFare = Fare(quote) };
        await fleet.Deliver(ride.Created(), ended, ride.Tracked());

        await fleet.PassDeadline(ride);
        await fleet.FareOf(ride);
        await fleet.Deliver(rerouted
            ? new RideRerouted(
                ride.RideId, ride.RequestId, passenger, ride.DriverId, "nyc", VehicleClass.Standard, GrandCentral, [], late.QuoteId, Fare(quote), ride.QuoteId,
                request.QuoteToken)
            { OccurredAt = ride.StartedAt, Version = 4 }
            : request);

        Assert.Equal((0, 0), await Money(code));
        Assert.Null(await Refused(code, passenger));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A fare that should never have been gave nothing, and was no first ride.</summary>
    [Fact]
    public async Task A_void_fare_gives_its_promotion_back()
    {
        var code = await Create(most: 100, firstRideOnly: true);
        var (ride, quote) = await Requested(code);
        await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
        await fleet.FareOf(ride);
        Assert.Equal((0, 100), await Money(code));
        var voided = ride.Voided(new(700, "USD"));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, 10).Select(_ => voided with { EventId = Guid.CreateVersion7() })]);

        Assert.Equal((0, 0), await Money(code));
        Assert.Equal(0, await fleet.Posted("PromotionExpense", ride));
        var (again, _) = await Requested(code, ride.PassengerId);
        Assert.Equal((100, 0), await Money(code));
        await fleet.Deliver(NoDriver(again));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_void_fare_that_the_budget_had_not_paid_for_gives_its_use_back()
    {
        var code = await Create(most: 100, budget: 100);
        var promised = await Task.WhenAll(Promised(code), Promised(code));
        await fleet.Deliver(promised[0].Request, promised[1].Request);
        foreach (var (ride, quote, _) in promised)
        {
            await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            await fleet.FareOf(ride);
            await fleet.Deliver(ride.Voided(new(700, "USD")));
        }

        Assert.Equal((0, 0), await Money(code));
        foreach (var (ride, _, _) in promised)
        {
            Assert.Equal((0, 0), (await fleet.Posted("PromotionExpense", ride), await fleet.Posted("Concessions", ride)));
            Assert.Equal([0], await fleet.Column<int>("select uses from billing.promotion_passengers where passenger_id = @PassengerId", new { ride.PassengerId }));
        }

        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_passenger_uses_it_as_often_as_it_says_and_a_released_use_does_not_count()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());

        var (first, _) = await Requested(code, passenger);
        Assert.Equal("promotion-used-up", await Refused(code, passenger));
        await fleet.Deliver(NoDriver(first));
        Assert.Equal(-100, Line(await Quote(passenger, code), "promotion"));
    }

    /// <summary>Two quotes made before either was used, requested at once: the limit counts one.</summary>
    [Fact]
    public async Task Two_quotes_at_once_use_a_limit_of_one_once()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(code, passenger), Promised(code, passenger));

        await fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);

        Assert.Equal((100, 0), await Money(code));
    }

    /// <summary>Ten quotes before anything was asked for, each at its discount; ten rides in advance under them, at once, at two copies: one discount.</summary>
    [Fact]
    public async Task Of_ten_quotes_at_once_for_a_limit_of_one_ten_scheduled_rides_have_one_discount()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Enumerable.Range(1, 10).Select(hour => Promised(code, passenger, DateTimeOffset.UtcNow.AddHours(hour))));
        Assert.All(promised, each => Assert.Equal(-100, Line(each.Quote, "promotion")));

        await fleet.DeliverAtOnce([.. promised.SelectMany(each => new Event[] { each.Request, each.Request with { EventId = Guid.CreateVersion7() } })]);
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
            await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
            var discounted = told.All(each => each.QuoteId != ride.QuoteId);
            Assert.Equal(discounted ? 700 : 800, (await fleet.FareOf(ride)).TotalMinorUnits);
            Assert.Equal(discounted ? 100 : 0, await fleet.Posted("PromotionExpense", ride));
            Assert.Equal(0, await fleet.Posted("Concessions", ride));
            Assert.Equal(!discounted, (await Receipt(ride)).TryGetProperty("promotionNotApplied", out _));
        }

        Assert.Equal((0, 100), await Money(code));
        Assert.Empty(await fleet.BrokenInvariants());
        Assert.Empty(await Recomputed(promised.Select(each => each.Ride)));
    }

    /// <summary>The quote is honoured where there is no track, but not its promotion; the ride's other way is quoted without it.</summary>
    [Fact]
    public async Task An_honoured_quote_beyond_the_limit_costs_what_it_says_without_the_promotion()
    {
        var (code, passenger) = (await Create(most: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(code, passenger), Promised(code, passenger));
        await fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);
        var told = Assert.Single(await NotApplied(passenger));
        var (ride, quote, _) = promised.Single(each => each.Ride.QuoteId == told.QuoteId);

        await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) });
        var other = await Reroute(ride);
        await fleet.Deliver(ride.Completed(), ride.Tracked(metres: 0, points: 0));

        Assert.Equal(Fare(quote).MinorUnits + 100, (await fleet.FareOf(ride)).TotalMinorUnits);
        Assert.Equal(0, Line(other, "promotion"));
        Assert.Empty(await Recomputed([ride]));
    }

    /// <summary>What only the budget could not pay for is given all the same, and counts: it cannot be had without bound either, and is free again without a ride.</summary>
    [Fact]
    public async Task A_use_that_the_budget_could_not_pay_for_counts_for_the_limit_until_it_is_released()
    {
        var (code, passenger) = (await Create(most: 100, budget: 100), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(code), Promised(code, passenger), Promised(code, passenger), Promised(code, passenger));

        await fleet.Deliver(promised.Take(3).Select(each => each.Request));
        var beyond = Assert.Single(await NotApplied(passenger));
        await fleet.Deliver(NoDriver(promised[1].Ride), promised[3].Request);

        Assert.Equal(promised[2].Ride.QuoteId, beyond.QuoteId);
        Assert.Equal(["Reserved", "Released", "BeyondLimit", "Unfunded"], await Task.WhenAll(promised.Select(each => StatusOf(each.Ride))));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Two_promotions_for_the_first_ride_are_given_for_one_ride()
    {
        var (one, other, passenger) = (await Create(most: 100, firstRideOnly: true), await Create(most: 200, firstRideOnly: true), Guid.CreateVersion7());
        var promised = await Task.WhenAll(Promised(one, passenger), Promised(other, passenger));

        await fleet.DeliverAtOnce([.. promised.Select(each => each.Request)]);

        Assert.Single(await NotApplied(passenger));
        Assert.Equal(["BeyondLimit", "Reserved"], (await Task.WhenAll(promised.Select(each => StatusOf(each.Ride)))).Order());
        Assert.Equal("promotion-used-up", await Refused(one, passenger));
    }

    [Fact]
    public async Task A_first_ride_is_the_first()
    {
        var code = await Create(most: 100, firstRideOnly: true);
        var (ride, quote) = await Requested(code);
        await fleet.Deliver(ride.Created() with { QuotedFare = Fare(quote) }, ride.Completed(), ride.Tracked());
        await fleet.FareOf(ride);
        var other = await Create(most: 100, firstRideOnly: true);

        Assert.Equal("promotion-used-up", await Refused(other, ride.PassengerId));
        Assert.Equal(-100, Line(await Quote(Guid.CreateVersion7(), other), "promotion"));
    }

    [Fact]
    public async Task One_without_a_code_applies_by_itself_to_its_classes_and_the_best_counts()
    {
        await Create(most: 111, code: null, vehicleClasses: [VehicleClass.Premium]);
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

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static string NewCode() => $"T{Guid.NewGuid():N}"[..18].ToUpperInvariant();

    static object Body(string? code, long most, long budget = 1_000_000, int? basisPoints = null, bool firstRideOnly = false, VehicleClass[]? vehicleClasses = null) => new
    {
        cityId = "nyc",
        name = "test",
        code,
        mostMinorUnits = most,
        budgetMinorUnits = budget,
        basisPoints,
        firstRideOnly,
        vehicleClasses,
        validTo = DateTimeOffset.UtcNow.AddDays(1),
    };

    static NoDriverFound NoDriver(Ride ride) => new(ride.RequestId, ride.PassengerId, ride.QuoteId) { OccurredAt = ride.StartedAt, Version = 2 };

    static Money Fare(JsonElement quote) => new(quote.GetProperty("fare").GetProperty("minorUnits").GetInt64(), "USD");

    static long Line(JsonElement quote, string code) => quote.GetProperty("breakdown").EnumerateArray()
        .Where(line => line.GetProperty("code").GetString() == code).Sum(line => line.GetProperty("amount").GetProperty("minorUnits").GetInt64());

    /// <summary>Asked by name: others take turns with the two copies as well.</summary>
    static async Task<bool> AtBoth(Func<int, Task<bool>> holds) => await holds(0) && await holds(1);

    /// <summary>Written, and known to both copies.</summary>
    async Task<string> Create(long most, long budget = 1_000_000, int? basisPoints = null, bool firstRideOnly = false)
    {
        var code = NewCode();
        await Create(most, code, null, budget, basisPoints, firstRideOnly);
        await Books.Until("both copies know it", () => AtBoth(async copy => await Refused(code.ToLowerInvariant(), Guid.CreateVersion7(), copy) is null));
        return code;
    }

    async Task Create(long most, string? code, VehicleClass[]? vehicleClasses, long budget = 1_000_000, int? basisPoints = null, bool firstRideOnly = false) =>
        Assert.Equal(HttpStatusCode.Created, (await Post("/v1/ops/promotions", Body(code, most, budget, basisPoints, firstRideOnly, vehicleClasses))).Status);

    /// <summary>A quote under it, and the request that was not yet heard of.</summary>
    async Task<(Ride Ride, JsonElement Quote, RideRequested Request)> Promised(string code, Guid? passengerId = null, DateTimeOffset? pickupAt = null)
    {
        var passenger = passengerId ?? Guid.CreateVersion7();
        var quote = await Quote(passenger, code, pickupAt: pickupAt);
        var ride = Ride.InNewYork() with { PassengerId = passenger, QuoteId = quote.GetProperty("quoteId").GetGuid() };
        return (ride, quote, new(
            ride.RequestId, passenger, "nyc", VehicleClass.Standard, TimesSquare, GrandCentral, ride.QuoteId, quote.GetProperty("token").GetString()!, Fare(quote),
            ride.Payment, ride.StartedAt, pickupAt)
        { OccurredAt = ride.StartedAt, Version = 1 });
    }

    async Task<(Ride Ride, JsonElement Quote)> Requested(string code, Guid? passengerId = null)
    {
        var (ride, quote, request) = await Promised(code, passengerId);
        await fleet.Deliver(request);
        return (ride, quote);
    }

    async Task<JsonElement> Quote(Guid passenger, string? code = null, string vehicleClass = "Standard", int? at = null, DateTimeOffset? pickupAt = null)
    {
        var (status, body) = await Ask(passenger, code, at, pickupAt);
        Assert.Equal(HttpStatusCode.OK, status);
        return body.GetProperty("quotes").EnumerateArray().Single(quote => quote.GetProperty("vehicleClass").GetString() == vehicleClass);
    }

    async Task<string?> Refused(string code, Guid passenger, int? at = null)
    {
        var (status, body) = await Ask(passenger, code, at);
        if (status == HttpStatusCode.OK) return null;

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "promotionCode"), (status, body.GetProperty("field").GetString()));
        return body.GetProperty("code").GetString();
    }

    async Task<(HttpStatusCode Status, JsonElement Body)> Ask(Guid passenger, string? code, int? at, DateTimeOffset? pickupAt = null)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", passenger, at: at);
        request.Content = JsonContent.Create(new { pickup = TimesSquare, dropOff = GrandCentral, promotionCode = code, pickupAt });
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, object body)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, path, body);
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    /// <summary>What the passenger was told to get nothing for.</summary>
    async Task<IReadOnlyList<PromotionNotApplied>> NotApplied(Guid passenger)
    {
        var payloads = await fleet.Column<string>("""
            select payload from billing.outbox where event_type = 'PromotionNotApplied' and payload::jsonb ->> 'passengerId' = @passenger
            union
            select payload from billing.outbox_archive where event_type = 'PromotionNotApplied' and payload::jsonb ->> 'passengerId' = @passenger
            """, new { passenger = passenger.ToString() });
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<PromotionNotApplied>(payload, Json.Options)!)];
    }

    async Task<string> StatusOf(Ride ride) =>
        Assert.Single(await fleet.Column<string>("select status from billing.promotion_uses where quote_id = @QuoteId", new { ride.QuoteId }));

    async Task<JsonElement> Receipt(Ride ride)
    {
        using var request = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/receipt", ride.PassengerId, driver: false);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    async Task<JsonElement> Reroute(Ride ride)
    {
        using var request = fleet.Request(HttpMethod.Post, $"/v1/rides/{ride.RideId}/reroute-quote", ride.PassengerId, driver: false);
        request.Content = JsonContent.Create(new { dropOff = ride.DropOff });
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>Those of these rides whose fare comes out differently.</summary>
    async Task<IEnumerable<Guid>> Recomputed(IEnumerable<Ride> rides)
    {
        var different = new List<Guid>();
        for (var cursor = ""; ;)
        {
            using var request = fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/fares/recomputed?limit=1000{cursor}");
            using var answer = await fleet.Send(request);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
            different.AddRange(page.GetProperty("different").EnumerateArray().Select(ride => ride.GetGuid()));
            if (!page.TryGetProperty("nextCursor", out var next)) return different.Intersect(rides.Select(ride => ride.RideId));
            cursor = $"&cursor={next.GetString()}";
        }
    }

    /// <summary>What it has reserved and spent.</summary>
    async Task<(long Reserved, long Spent)> Money(string code)
    {
        var promotion = await Find(code);
        return (Amount("reserved"), Amount("spent"));

        long Amount(string member) => promotion.GetProperty(member).GetProperty("minorUnits").GetInt64();
    }

    async Task<JsonElement> Find(string code)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, "/v1/ops/promotions?cityId=nyc&limit=100");
        using var answer = await fleet.Send(request);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("promotions").EnumerateArray()
            .First(promotion => promotion.TryGetProperty("code", out var its) && its.GetString() == code);
    }
}
