using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;
/// <summary>Promotions made for one test, and quotes and requests under them.</summary>
public abstract class PromotionsUnderTest(BillingFleet fleet)
{
    protected static readonly GeoPoint TimesSquare = new(40.7580, -73.9855), GrandCentral = new(40.7527, -73.9772);

    protected BillingFleet Fleet => fleet;

    private protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected static string NewCode() => $"T{Guid.NewGuid():N}"[..18].ToUpperInvariant();

    private protected static object Body(
        string? code, long most, long budget = 1_000_000, int? basisPoints = null, bool firstRideOnly = false, VehicleClass[]? vehicleClasses = null,
        int usesPerPassenger = 1, string cityId = "nyc") => new
        {
            cityId,
            name = "test",
            code,
            mostMinorUnits = most,
            budgetMinorUnits = budget,
            basisPoints,
            firstRideOnly,
            vehicleClasses,
            usesPerPassenger,
            validTo = DateTimeOffset.UtcNow.AddDays(1),
        };

    private protected static NoDriverFound NoDriver(Ride ride) => new(ride.RequestId, ride.PassengerId, ride.QuoteId) { OccurredAt = ride.StartedAt, Version = 2 };

    private protected static Money Fare(JsonElement quote) => new(quote.GetProperty("fare").GetProperty("minorUnits").GetInt64(), "USD");

    private protected static long Line(JsonElement quote, string code) => quote.GetProperty("breakdown").EnumerateArray()
        .Where(line => line.GetProperty("code").GetString() == code).Sum(line => line.GetProperty("amount").GetProperty("minorUnits").GetInt64());

    /// <summary>Asked by name: others take turns with the two copies as well.</summary>
    private protected static async Task<bool> AtBoth(Func<int, Task<bool>> holds) => await holds(0) && await holds(1);

    /// <summary>Written, known to both copies, and held for nobody.</summary>
    private protected async Task<string> Create(long most, long budget = 1_000_000, int? basisPoints = null, bool firstRideOnly = false, int usesPerPassenger = 1)
    {
        var (code, somebody) = (NewCode(), Guid.CreateVersion7());
        await Create(Body(code, most, budget, basisPoints, firstRideOnly, usesPerPassenger: usesPerPassenger));
        await Books.Until("both copies know it", () => AtBoth(async copy => await Refused(code.ToLowerInvariant(), somebody, copy) is null));
        await Lapse(code);
        return code;
    }

    private protected async Task<Guid> Create(object body)
    {
        var (status, created) = await Post("/v1/ops/promotions", body);
        Assert.Equal(HttpStatusCode.Created, status);
        return created.GetProperty("promotionId").GetGuid();
    }

    /// <summary>The quotes that were made under it have expired, and what was held for them is free again.</summary>
    private protected async Task Lapse(string code)
    {
        await Expire(code);
        await Books.Until("nothing is held", async () => await Held(code) == 0);
    }

    private protected Task Expire(string code) => fleet.ExecuteAsOwner($"""
        update billing.promotion_holds set expires_at = now() - interval '1 second'
        where  promotion_id = (select promotion_id from billing.promotions where code = '{code}')
        """);

    /// <summary>Quotes under it whose holds have lapsed one after the other: more than there is money for.</summary>
    private protected async Task<IReadOnlyList<(Ride Ride, JsonElement Quote, RideRequested Request)>> Lapsed(string code, params IEnumerable<Guid> passengers)
    {
        var promised = new List<(Ride, JsonElement, RideRequested)>();
        foreach (var passenger in passengers)
        {
            promised.Add(await Promised(code, passenger));
            await Lapse(code);
        }

        return promised;
    }

    /// <summary>A quote under it, and the request that was not yet heard of.</summary>
    private protected async Task<(Ride Ride, JsonElement Quote, RideRequested Request)> Promised(string code, Guid? passengerId = null, DateTimeOffset? pickupAt = null)
    {
        var passenger = passengerId ?? Guid.CreateVersion7();
        return RequestUnder(await Quote(passenger, code, pickupAt: pickupAt), passenger, pickupAt);
    }

    private protected static (Ride Ride, JsonElement Quote, RideRequested Request) RequestUnder(JsonElement quote, Guid passenger, DateTimeOffset? pickupAt = null)
    {
        var ride = Ride.InNewYork() with { PassengerId = passenger, QuoteId = quote.GetProperty("quoteId").GetGuid() };
        return (ride, quote, new(
            ride.RequestId, passenger, "nyc", VehicleClass.Standard, TimesSquare, GrandCentral, ride.QuoteId, quote.GetProperty("token").GetString()!, Fare(quote),
            ride.Payment, ride.StartedAt, pickupAt)
        { OccurredAt = ride.StartedAt, Version = 1 });
    }

    private protected async Task<(Ride Ride, JsonElement Quote)> Requested(string code, Guid? passengerId = null)
    {
        var (ride, quote, request) = await Promised(code, passengerId);
        await fleet.Deliver(request);
        return (ride, quote);
    }

    private protected async Task<JsonElement> Quote(Guid passenger, string? code = null, string vehicleClass = "Standard", int? at = null, DateTimeOffset? pickupAt = null)
    {
        var (status, body) = await Ask(passenger, code, at, pickupAt);
        Assert.Equal(HttpStatusCode.OK, status);
        return QuoteIn(body, vehicleClass);
    }

    private protected static JsonElement QuoteIn(JsonElement answer, string vehicleClass = "Standard") =>
        answer.GetProperty("quotes").EnumerateArray().Single(quote => quote.GetProperty("vehicleClass").GetString() == vehicleClass);

    private protected async Task<string?> Refused(string code, Guid passenger, int? at = null)
    {
        var (status, body) = await Ask(passenger, code, at);
        if (status == HttpStatusCode.OK) return null;

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "promotionCode"), (status, body.GetProperty("field").GetString()));
        return body.GetProperty("code").GetString();
    }

    private protected async Task<(HttpStatusCode Status, JsonElement Body)> Ask(Guid passenger, string? code, int? at, DateTimeOffset? pickupAt = null)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", passenger, at: at);
        request.Content = JsonContent.Create(new { pickup = TimesSquare, dropOff = GrandCentral, promotionCode = code, pickupAt });
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    private protected async Task<(HttpStatusCode Status, JsonElement Body)> Post(string path, object body)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, path, body);
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    /// <summary>What the passenger was told to get nothing for.</summary>
    private protected async Task<IReadOnlyList<PromotionNotApplied>> NotApplied(Guid passenger)
    {
        var payloads = await fleet.Column<string>("""
            select payload from billing.outbox where event_type = 'PromotionNotApplied' and payload::jsonb ->> 'passengerId' = @passenger
            union
            select payload from billing.outbox_archive where event_type = 'PromotionNotApplied' and payload::jsonb ->> 'passengerId' = @passenger
            """, new { passenger = passenger.ToString() });
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<PromotionNotApplied>(payload, Json.Options)!)];
    }

    private protected async Task<string> StatusOf(Ride ride) =>
        Assert.Single(await fleet.Column<string>("select status from billing.promotion_uses where quote_id = @QuoteId", new { ride.QuoteId }));

    private protected async Task<JsonElement> Receipt(Ride ride)
    {
        using var request = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/receipt", ride.PassengerId, driver: false);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private protected async Task<JsonElement> Reroute(Ride ride)
    {
        using var request = fleet.Request(HttpMethod.Post, $"/v1/rides/{ride.RideId}/reroute-quote", ride.PassengerId, driver: false);
        request.Content = JsonContent.Create(new { dropOff = ride.DropOff });
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>Those of these rides whose fare comes out differently.</summary>
    private protected async Task<IEnumerable<Guid>> Recomputed(IEnumerable<Ride> rides)
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
    private protected async Task<(long Reserved, long Spent)> Money(string code)
    {
        var promotion = await Find(code);
        return (Amount(promotion, "reserved"), Amount(promotion, "spent"));
    }

    /// <summary>What of that is for open quotes.</summary>
    private protected async Task<long> Held(string code) => Amount(await Find(code), "held");

    static long Amount(JsonElement promotion, string member) => promotion.GetProperty(member).GetProperty("minorUnits").GetInt64();

    private protected async Task<JsonElement> Find(string code)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, "/v1/ops/promotions?cityId=nyc&limit=100");
        using var answer = await fleet.Send(request);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("promotions").EnumerateArray()
            .First(promotion => promotion.TryGetProperty("code", out var its) && its.GetString() == code);
    }
}
