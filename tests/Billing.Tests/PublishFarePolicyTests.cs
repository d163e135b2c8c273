using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Operators write tariffs: version by version, by band of hours, checked field by field.</summary>
public sealed class PublishFarePolicyTests(BillingFleet fleet)
{
    static readonly GeoPoint Monas = new(-6.1754, 106.8272), Cikini = new(-6.2000, 106.8456);

    /// <summary>Ten posts at once to two copies: ten versions, one after the other, under one id.</summary>
    [Fact]
    public async Task Of_operators_who_write_at_once_each_gets_a_version_of_its_own()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => Publish(Policy(policy =>
        {
            policy["band"] = new JsonObject { ["name"] = "race", ["from"] = "01:00", ["to"] = "02:00" };
            policy["active"] = false;
            policy["baseMinorUnits"] = number;
        }))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        Assert.Single(answers.Select(answer => answer.Body.GetProperty("policyId").GetGuid()).Distinct());
        Assert.Equal(Enumerable.Range(1, 10), answers.Select(answer => answer.Body.GetProperty("version").GetInt32()).Order());
    }

    [Fact]
    public async Task A_band_prices_the_rides_that_begin_in_its_hours_until_it_is_ended()
    {
        var here = TimeOnly.FromDateTime(DateTime.UtcNow.AddHours(7));
        var band = new JsonObject { ["name"] = "around-now", ["from"] = here.AddHours(-3).ToString("HH:mm"), ["to"] = here.AddHours(3).ToString("HH:mm") };

        await Publish(Policy(policy => (policy["band"], policy["baseMinorUnits"]) = (band.DeepClone(), 7_700_000)));
        await Books.Until("both copies quote the band", async () => await Base(at: 0) == 7_700_000 && await Base(at: 1) == 7_700_000);
        Assert.Equal(0, await Base(DateTimeOffset.UtcNow.AddHours(6)));

        await Publish(Policy(policy => (policy["band"], policy["active"]) = (band.DeepClone(), false)));
        await Books.Until("both copies quote the day again", async () => await Base(at: 0) == 0 && await Base(at: 1) == 0);
    }

    /// <summary>From the operator's pen to the passenger's fare: zone, wait, tax, commission.</summary>
    [Fact]
    public async Task What_an_operator_wrote_is_quoted_and_charged_line_by_line()
    {
        var airport = Guid.CreateVersion7();
        GeoPoint[] ring = [new(-6.18, 106.82), new(-6.18, 106.83), new(-6.17, 106.83), new(-6.17, 106.82), new(-6.18, 106.82)];
        await fleet.Deliver(new ZoneChanged(airport, "jakarta", "Gambir", ZoneKind.Airport, 0, Active: true, ring) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 });
        await Books.Until("both copies know the zone", async () => await TryPublish(at: 0) && await TryPublish(at: 1));

        JsonElement quote = default;
        await Books.Until("the tariff is quoted", async () => Line(quote = await Quote("Van"), "airport-fee") == 700_000);
        var ride = Ride.InJakarta() with { QuoteId = quote.GetProperty("quoteId").GetGuid(), PassengerId = passenger };
        var token = quote.GetProperty("token").GetString()!;
        var fare = quote.GetProperty("fare");
        var money = new Money(fare.GetProperty("minorUnits").GetInt64(), "IDR");
        await fleet.Deliver(
            new RideRequested(ride.RequestId, passenger, "jakarta", VehicleClass.Van, Monas, Cikini, ride.QuoteId, token, money, ride.Payment, ride.StartedAt)
            { OccurredAt = ride.StartedAt, Version = 1 },
            ride.Created() with { VehicleClass = VehicleClass.Van, QuotedFare = money, PickupDistanceMetres = 1_500 },
            ride.Completed() with { WaitedSeconds = 420 },
            ride.Tracked(metres: 10_000));
        await fleet.FareOf(ride);

        // 10 km at 3 000; 2 minutes at 500 after 5 free ones; 0.5 km of the way to the pickup at 1 000; the airport; 10 % tax
        var lines = JsonSerializer.Deserialize<JsonElement>(await fleet.Breakdown(ride)).EnumerateArray()
            .Select(line => (line.GetProperty("code").GetString(), line.GetProperty("amountMinorUnits").GetInt64()));
        Assert.Equal(
            [("distance", 3_000_000), ("waiting", 100_000), ("pickup-distance", 50_000), ("booking", 100_000), ("airport-fee", 700_000), ("sales-tax", 395_000)],
            lines);

        async Task<bool> TryPublish(int at) => (await Publish(Policy(policy =>
        {
            policy["band"] = new JsonObject { ["name"] = "nearly-all", ["from"] = "00:00", ["to"] = "23:59:59" };
            policy["zoneFees"] = new JsonArray(new JsonObject { ["zoneId"] = airport, ["on"] = "Pickup", ["code"] = "airport-fee", ["minorUnits"] = 700_000 });
            policy["waiting"] = new JsonObject { ["freeSeconds"] = 300, ["perMinuteMinorUnits"] = 50_000 };
            policy["pickup"] = new JsonObject { ["freeMetres"] = 1_000, ["minorUnits"] = 100_000, ["unitMicrometres"] = 1_000_000_000 };
            policy["bookingMinorUnits"] = 100_000;
            policy["salesTax"] = new JsonObject { ["basisPoints"] = 1_000, ["inclusive"] = false };
        }), at)).Status == HttpStatusCode.Created;
    }

    [Fact]
    public async Task Operators_read_the_history_of_a_city_page_by_page()
    {
        var first = await List("cityId=nyc&vehicleClass=Standard&limit=1");
        var policy = first.GetProperty("policies")[0];

        Assert.Equal("USD", policy.GetProperty("currency").GetString());
        Assert.Equal("nyc-taxi", policy.GetProperty("policy").GetProperty("name").GetString());
        Assert.Empty((await List($"cityId=nyc&vehicleClass=Standard&limit=1&cursor={first.GetProperty("nextCursor").GetString()}")).GetProperty("policies").EnumerateArray());
    }

    /// <summary>From another day on, because nothing holds before it was written.</summary>
    [Theory]
    [InlineData("nyc", "Premium")]
    [InlineData("jakarta", "Standard")]
    public async Task What_is_read_can_be_changed_and_written(string cityId, string vehicleClass)
    {
        var read = (await List($"cityId={cityId}&vehicleClass={vehicleClass}&limit=100")).GetProperty("policies").EnumerateArray().Last().GetProperty("policy");
        var policy = JsonNode.Parse(read.GetRawText())!.AsObject();
        policy["validFrom"] = "2090-01-01T00:00:00Z";
        policy["band"] = new JsonObject { ["name"] = "early", ["from"] = "03:00", ["to"] = "03:01" };

        var (status, body) = await Publish(policy);

        Assert.Equal((HttpStatusCode.Created, ""), (status, status == HttpStatusCode.Created ? "" : body.GetRawText()));
    }

    [Theory]
    [InlineData("name", "\"\"", "name")]
    [InlineData("cityId", "\"atlantis\"", "cityId")]
    [InlineData("vehicleClass", "\"Premium\"", "vehicleClass")]
    [InlineData("vehicleClass", "\"Rocket\"", "vehicleClass")]
    [InlineData("baseMinorUnits", "-1", "baseMinorUnits")]
    [InlineData("baseMinorUnits", "1000000001", "baseMinorUnits")]
    [InlineData("baseMinorUnits", "0.5", "baseMinorUnits")]
    [InlineData("minimumMinorUnits", "150", "minimumMinorUnits")]
    [InlineData("roundingMinorUnits", "0", "roundingMinorUnits")]
    [InlineData("distance", """{"minorUnits":1,"unitMicrometres":0}""", "distance.unitMicrometres")]
    [InlineData("time", """{"minorUnits":1,"unitSeconds":0}""", "time.unitSeconds")]
    [InlineData("tariff", "\"TaxiMeter\"", "time.minorUnits")]
    [InlineData("distanceSections", """[{"fromMetres":2000,"minorUnits":1,"unitMicrometres":1000000},{"fromMetres":1000,"minorUnits":1,"unitMicrometres":1000000}]""", "distanceSections[1].fromMetres")]
    [InlineData("night", """{"basisPoints":100,"from":"22:00","to":"22:00"}""", "night.to")]
    [InlineData("night", """{"basisPoints":-1,"from":"22:00","to":"05:00"}""", "night.basisPoints")]
    [InlineData("surcharges", """[{"code":"Peak!","minorUnits":1,"from":"16:00","to":"20:00"}]""", "surcharges[0].code")]
    [InlineData("band", """{"name":"Peak hours","from":"16:00","to":"20:00"}""", "band.name")]
    [InlineData("band", """{"name":"peak","from":"16:00","to":"20:00","days":[]}""", "band.days")]
    [InlineData("zoneFees", """[{"zoneId":"00000000-0000-0000-0000-000000000001","on":"Crossing","code":"toll","minorUnits":1}]""", "zoneFees[0].zoneId")]
    [InlineData("commission", """{"basisPoints":10001}""", "commission.basisPoints")]
    [InlineData("salesTax", """{"basisPoints":10001,"inclusive":true}""", "salesTax.basisPoints")]
    [InlineData("tax", """{"code":"sales-tax","minorUnits":1}""", "tax.code")]
    [InlineData("tax", """{"code":"base","minorUnits":1}""", "tax.code")]
    [InlineData("tax", """{"code":"booking","minorUnits":1}""", "tax.code")]
    [InlineData("surcharges", """[{"code":"promotion","minorUnits":1,"from":"16:00","to":"20:00"}]""", "surcharges[0].code")]
    [InlineData("surcharges", """[{"code":"peak","minorUnits":1,"from":"16:00","to":"20:00"},{"code":"tip","minorUnits":1,"from":"16:00","to":"20:00"}]""", "surcharges[1].code")]
    [InlineData("zoneFees", """[{"zoneId":"00000000-0000-0000-0000-000000000001","on":"Crossing","code":"waiting","minorUnits":1}]""", "zoneFees[0].code")]
    [InlineData("mode", "7", "mode")]
    [InlineData("mode", "\"1\"", "mode")]
    [InlineData("tariff", "7", "tariff")]
    [InlineData("vehicleClass", "1", "vehicleClass")]
    [InlineData("band", """{"name":"peak","from":"16:00","to":"20:00","days":[9]}""", "band.days[0]")]
    [InlineData("surcharges", """[{"code":"peak","minorUnits":1,"from":"16:00","to":"20:00","days":["Monday",7]}]""", "surcharges[0].days[1]")]
    [InlineData("zoneFees", """[{"zoneId":"00000000-0000-0000-0000-000000000001","on":7,"code":"toll","minorUnits":1}]""", "zoneFees[0].on")]
    [InlineData("surcharges", "[null]", "surcharges[0]")]
    [InlineData("distanceSections", """[{"fromMetres":2000,"minorUnits":1,"unitMicrometres":1000000},null]""", "distanceSections[1]")]
    [InlineData("zoneFees", "[null]", "zoneFees[0]")]
    [InlineData("deviation", """{"dropOffMetres":-1}""", "deviation.dropOffMetres")]
    [InlineData("cancellation", """{"feeMinorUnits":1,"graceSeconds":-1}""", "cancellation.graceSeconds")]
    [InlineData("cancellation", """{"feeMinorUnits":-1,"graceSeconds":300}""", "cancellation.feeMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"atPickupMinorUnits":-1}""", "cancellation.atPickupMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"atPickupMinorUnits":499}""", "cancellation.atPickupMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"atPickupMinorUnits":1000000001}""", "cancellation.atPickupMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"noShowMinorUnits":499}""", "cancellation.noShowMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"atPickupMinorUnits":800,"noShowMinorUnits":799}""", "cancellation.noShowMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"noShowMinorUnits":1000000001}""", "cancellation.noShowMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"driverFeeMinorUnits":-1}""", "cancellation.driverFeeMinorUnits")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"driverFeeMinorUnits":1,"driverGraceSeconds":-1}""", "cancellation.driverGraceSeconds")]
    [InlineData("cancellation", """{"feeMinorUnits":500,"graceSeconds":300,"driverGraceSeconds":60}""", "cancellation.driverGraceSeconds")]
    [InlineData("validFrom", "\"2001-01-01T00:00:00Z\"", "validFrom")]
    public async Task A_policy_that_makes_no_sense_is_refused_by_its_field(string member, string value, string field)
    {
        var (status, body) = await Publish(Policy(policy => policy[member] = JsonNode.Parse(value)));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request", field), (status, body.GetProperty("code").GetString(), body.GetProperty("field").GetString()));
    }

    /// <summary>Or their money would go to the state.</summary>
    [Theory]
    [InlineData("surcharges", """[{"code":"city-tax","minorUnits":1,"from":"16:00","to":"20:00"}]""", "surcharges[0].code")]
    [InlineData("zoneFees", """[{"zoneId":"00000000-0000-0000-0000-000000000001","on":"Crossing","code":"city-tax","minorUnits":1}]""", "zoneFees[0].code")]
    public async Task Nothing_else_has_the_code_of_the_tax(string member, string value, string field)
    {
        var (status, body) = await Publish(Policy(policy =>
        {
            policy["tax"] = new JsonObject { ["code"] = "city-tax", ["minorUnits"] = 30 };
            policy[member] = JsonNode.Parse(value);
        }));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request", field), (status, body.GetProperty("code").GetString(), body.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Only_operators_read_and_write_tariffs()
    {
        foreach (var (method, path) in new[] { ("POST", "/v1/ops/fare-policies"), ("GET", "/v1/ops/fare-policies?cityId=nyc"), ("GET", "/v1/ops/fares/recomputed") })
        {
            using var request = fleet.Request(new(method), path, Guid.CreateVersion7());
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            request.Content = method == "POST" ? JsonContent.Create(Policy(_ => { })) : null;

            using var answer = await fleet.Send(request);

            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    readonly Guid passenger = Guid.CreateVersion7();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A lawful one for vans in Jakarta, changed.</summary>
    static JsonObject Policy(Action<JsonObject> change)
    {
        var policy = JsonNode.Parse("""
            {
              "name": "test", "cityId": "jakarta", "vehicleClass": "Van", "mode": "Metered", "tariff": "Linear", "baseMinorUnits": 0,
              "distance": {"minorUnits": 300000, "unitMicrometres": 1000000000}, "time": {"minorUnits": 0, "unitSeconds": 60}, "roundingMinorUnits": 100,
              "commission": {"basisPoints": 500}, "cancellation": {"feeMinorUnits": 0, "graceSeconds": 300}
            }
            """)!.AsObject();
        change(policy);
        return policy;
    }

    static long Line(JsonElement quote, string code) => quote.GetProperty("breakdown").EnumerateArray()
        .Where(line => line.GetProperty("code").GetString() == code).Sum(line => line.GetProperty("amount").GetProperty("minorUnits").GetInt64());

    /// <param name="at">The copy that is asked, where it matters: others take turns with them as well.</param>
    async Task<(HttpStatusCode Status, JsonElement Body)> Publish(JsonObject policy, int? at = null)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, "/v1/ops/fare-policies", policy, at);
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    async Task<JsonElement> List(string query)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/fare-policies?{query}");
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    async Task<long> Base(DateTimeOffset? pickupAt = null, int? at = null) => Line(await Quote("Van", pickupAt, at), "base");

    async Task<JsonElement> Quote(string vehicleClass, DateTimeOffset? pickupAt = null, int? at = null)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", passenger, at: at);
        request.Content = JsonContent.Create(new { pickup = Monas, dropOff = Cikini, pickupAt });
        using var answer = await fleet.Send(request);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("quotes").EnumerateArray()
            .Single(quote => quote.GetProperty("vehicleClass").GetString() == vehicleClass);
    }
}
