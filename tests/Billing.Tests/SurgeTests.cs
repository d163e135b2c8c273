using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>
/// Prices that follow demand, on two copies: only where operators let them, the same on both, and what was quoted stands. Premium in New York; no other test
/// drives it here.
/// </summary>
public sealed class SurgeTests(BillingFleet fleet) : IAsyncLifetime
{
    static readonly GeoPoint WallStreet = new(40.7061, -74.0087), Harlem = new(40.8116, -73.9465), RedHook = new(40.6762, -74.0090);
    static readonly GeoPoint Astoria = new(40.7644, -73.9235), GrandCentral = new(40.7527, -73.9772), Flatbush = new(40.6528, -73.9590);

    readonly Guid passenger = Guid.CreateVersion7();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        fleet.Counts.Clear();
        Assert.Equal(HttpStatusCode.Created, (await Decide(on: true)).Status);
    }

    public async ValueTask DisposeAsync()
    {
        fleet.Counts.Clear();
        await Decide(on: false);
    }

    /// <summary>
    /// From the first passenger without a driver to the fare: raised, frozen, charged as quoted though the surge is long over, divided as any fare, and recomputed.
    /// </summary>
    [Fact]
    public async Task A_price_rises_and_falls_with_demand_and_a_quote_freezes_it()
    {
        fleet.Counts.Set(WallStreet, waitingPassengers: 12, freeDrivers: 0);
        var surged = await BothCopiesQuote(WallStreet, 20_000);
        var cell = Assert.Single((await Shown(map => map.Cells.Any(each => each.Covers(WallStreet)))).Cells, cell => cell.Covers(WallStreet));

        fleet.Counts.Set(WallStreet, waitingPassengers: 1, freeDrivers: 8);
        await BothCopiesQuote(WallStreet, null);
        await Decide(on: false);
        var ride = await Driven(surged);

        Assert.Equal(20_000, cell.MultiplierBasisPoints);
        Assert.Equal(20_000, surged.GetProperty("surgeBasisPoints").GetInt32());
        Assert.Equal(["base", "meter", "surge"], Lines(surged).Select(line => line.Code).Take(3));
        Assert.Equal(Lines(surged).Take(2).Sum(line => line.Amount), Lines(surged)[2].Amount);
        Assert.DoesNotContain((await Map()).Cells, cell => cell.Covers(WallStreet));

        // 4.00, ten units of 0.80 by the track, and as much again; commission is 10 % of it all but the tax, the rest is the driver's.
        var fare = await fleet.FareOf(ride);
        // Another test may just give a promotion to this class, which changes nobody's part but ours.
        var lines = Lines(JsonSerializer.Deserialize<JsonElement>(await fleet.Breakdown(ride))).Where(line => line.Code != "promotion");
        Assert.Equal([("base", 400), ("meter", 800), ("surge", 1_200), ("mta-tax", 50)], lines);
        Assert.Equal((240, 2_160, 50), (fare.CommissionMinorUnits, fare.DriverEarningMinorUnits, fare.TaxMinorUnits));
        Assert.DoesNotContain(ride.RideId, await Different());
        Assert.Empty(await Broken("60_quoted_surge_was_in_force.sql"));
        Assert.Empty(await Broken("61_fares_keep_the_quoted_surge.sql"));
    }

    /// <summary>Without a rule, and from the moment at which it says no, a price is as ever, whatever the demand.</summary>
    [Fact]
    public async Task Off_takes_effect_and_every_decision_is_kept()
    {
        fleet.Counts.Set(Harlem, waitingPassengers: 12, freeDrivers: 0);
        await BothCopiesQuote(Harlem, 20_000);

        var most = await Decide(on: true, most: 12_000);
        await BothCopiesQuote(Harlem, 12_000);
        var off = await Decide(on: false);
        await BothCopiesQuote(Harlem, null);

        Assert.False((await Shown(map => !map.On)).On);
        Assert.Null(Surge(await Quote(Harlem, "Standard")));
        var history = (await Get("/v1/ops/surge-rules?cityId=nyc&limit=2")).GetProperty("rules").EnumerateArray().ToList();
        Assert.Equal([Version(off.Body), Version(most.Body)], history.Select(Version));
        Assert.Equal((12_000, fleet.Operator), (history[1].GetProperty("mostBasisPoints").GetInt32(), history[1].GetProperty("decidedBy").GetGuid()));

        static int Version(JsonElement rule) => rule.GetProperty("version").GetInt32();
    }

    /// <summary>In Flatbush, because a surge that other tests left to fade passes every multiplier on its way.</summary>
    [Fact]
    public async Task A_floor_holds_where_nobody_waits()
    {
        await Decide(on: true, least: 11_000);

        await BothCopiesQuote(Flatbush, 11_000);
        Assert.Equal(11_000, (await Shown(map => map.ElsewhereBasisPoints > 10_000)).ElsewhereBasisPoints);
        await Decide(on: true);
        await BothCopiesQuote(Flatbush, null);
    }

    /// <summary>Two copies look ten times a second; each round is one copy's, and both show the same.</summary>
    [Fact]
    public async Task Every_round_is_worked_out_by_one_copy_and_read_by_both()
    {
        fleet.Counts.Set(RedHook, waitingPassengers: 12, freeDrivers: 0);
        await BothCopiesQuote(RedHook, 20_000);

        // Rounds go on between two looks: what is counted around them is at least, what is counted within them at most so much.
        var (clock, around) = (Stopwatch.StartNew(), fleet.Counts.Asked);
        var (round, within) = (await Round(), fleet.Counts.Asked);
        await Books.Until("ten rounds have passed", async () => await Round() >= round + 10);
        within = fleet.Counts.Asked - within;
        var rounds = await Round() - round;
        (around, var took) = (fleet.Counts.Asked - around, clock.Elapsed);

        Assert.True(around >= rounds - 1 && within <= rounds + 1, $"{within} to {around} questions in {rounds} rounds.");
        Assert.True(took >= (rounds - 1) * TimeSpan.FromSeconds(0.3), $"{rounds} rounds in {took}.");
        SurgeMapAnswer? first = null, second = null;
        await Books.Until("both copies show one round", async () => (first = await Map(at: 0)).Round == (second = await Map(at: 1)).Round);
        Assert.Equal(first!.Cells, second!.Cells);
    }

    /// <summary>Whoever works a round out holds one row; others pass by. A leader that is killed has done nothing, and the next one goes on.</summary>
    [Fact]
    public async Task A_leader_that_dies_in_the_middle_of_a_round_is_replaced()
    {
        var before = await Round();
        await Books.Until("rounds pass", () => Later(before));

        await using (var leader = await fleet.Owner.OpenConnectionAsync(Stop))
        {
            await using var transaction = await leader.BeginTransactionAsync(Stop);
            var held = await leader.QuerySingleAsync<long>("select round from billing.surge_rounds for update", transaction: transaction);
            await leader.ExecuteAsync("update billing.surge_rounds set round = round + 1000", transaction: transaction);
            for (var quote = 0; quote < 20; quote++) await Quote(RedHook);
            Assert.Equal(held, await Round());

            await using var killer = await fleet.Owner.OpenConnectionAsync(Stop);
            await killer.ExecuteAsync("select pg_terminate_backend(@pid)", new { pid = leader.ProcessID });
        }

        var after = await Round();
        await Books.Until("another one goes on", () => Later(after));

        async Task<bool> Later(long round) => await Round() is var now && now > round && now < round + 500;
    }

    /// <summary>Nobody pays more because a service is down: what cannot be counted is not believed for long.</summary>
    [Fact]
    public async Task A_multiplier_that_cannot_be_renewed_ends()
    {
        fleet.Counts.Set(RedHook, waitingPassengers: 12, freeDrivers: 0);
        await BothCopiesQuote(RedHook, 20_000);

        fleet.Counts.Silent = true;
        await BothCopiesQuote(RedHook, null);
        fleet.Counts.Silent = false;

        await BothCopiesQuote(RedHook, 20_000);
    }

    [Fact]
    public async Task Where_surge_zones_are_drawn_prices_rise_only_within()
    {
        // A zone that holds the place and ends within its cell.
        var zone = new ZoneChanged(
            Guid.CreateVersion7(), "nyc", "Around the stadium", ZoneKind.Surge, 0, Active: true,
            [FromHarlem(-1, -1), FromHarlem(-1, 1), FromHarlem(1, 1), FromHarlem(1, -1), FromHarlem(-1, -1)])
        { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };
        fleet.Counts.Set(Harlem, waitingPassengers: 12, freeDrivers: 0);
        fleet.Counts.Set(Astoria, waitingPassengers: 12, freeDrivers: 0);
        await BothCopiesQuote(Astoria, 20_000);

        await fleet.Deliver(zone);
        await BothCopiesQuote(Astoria, null);
        await BothCopiesQuote(Harlem, 20_000);
        await BothCopiesQuote(Harlem with { Latitude = Harlem.Latitude + 0.0015 }, null);
        var cells = (await Shown(map => map.Cells.Any(each => each.Covers(Harlem)))).Cells;
        await fleet.Deliver(zone with { EventId = Guid.CreateVersion7(), Version = 2, Active = false });
        await BothCopiesQuote(Astoria, 20_000);

        Assert.True(Assert.Single(cells).Covers(Harlem));

        static GeoPoint FromHarlem(int north, int east) => new(Harlem.Latitude + (north * 0.001), Harlem.Longitude + (east * 0.001));
    }

    /// <summary>Who only asks for a price counts a little, once, wherever the questions go; a ride that is for later has nothing to do with it.</summary>
    [Fact]
    public async Task Many_who_ask_for_a_price_raise_it_and_one_who_asks_often_does_not()
    {
        var round = await Round();
        await Books.Until("one passenger has asked through many rounds", async () => Surge(await Quote(Astoria)) is null && await Round() > round + 12);

        Guid[] crowd = [.. Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7())];
        await Books.Until("the crowd pays for itself", async () =>
        {
            await Task.WhenAll(crowd.Select(each => Quote(Astoria, passenger: each)));
            return Surge(await Quote(Astoria)) is >= 15_000;
        });

        Assert.Null(Surge(await Quote(Astoria, pickupAt: DateTimeOffset.UtcNow.AddHours(3))));
    }

    [Theory]
    [InlineData("cityId", "\"atlantis\"", "cityId")]
    [InlineData("vehicleClass", "\"Motorcycle\"", "vehicleClass")]
    [InlineData("reason", "\"\"", "reason")]
    [InlineData("mostBasisPoints", "31000", "mostBasisPoints")]
    [InlineData("mostBasisPoints", "12500", "mostBasisPoints")]
    [InlineData("leastBasisPoints", "9000", "leastBasisPoints")]
    [InlineData("leastBasisPoints", "21000", "leastBasisPoints")]
    public async Task What_makes_no_sense_is_refused_by_its_field(string member, string value, string field)
    {
        var body = JsonSerializer.SerializeToNode(Decision(on: true, 10_000, 20_000))!.AsObject();
        body[member] = System.Text.Json.Nodes.JsonNode.Parse(value);

        var (status, problem) = await Post(body);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request", field), (status, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Only_operators_decide_and_everybody_looks()
    {
        using var decide = fleet.Request(HttpMethod.Post, "/v1/ops/surge-rules", passenger);
        decide.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        decide.Content = JsonContent.Create(Decision(on: true, 10_000, 20_000));
        using var unknown = fleet.Request(HttpMethod.Get, "/v1/surge?cityId=atlantis", passenger, driver: false);
        using var look = fleet.Request(HttpMethod.Get, "/v1/surge?cityId=jakarta&vehicleClass=Van", passenger, driver: false);

        using var refused = await fleet.Send(decide);
        using var nowhere = await fleet.Send(unknown);
        using var seen = await fleet.Send(look);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.OK), (refused.StatusCode, nowhere.StatusCode, seen.StatusCode));
        Assert.False((await seen.Content.ReadFromJsonAsync<SurgeMapAnswer>(Json.Options, Stop))!.On);
    }

    static object Decision(bool on, int least, int most) =>
        new { cityId = "nyc", vehicleClass = "Premium", on, leastBasisPoints = least, mostBasisPoints = most, reason = "a test" };

    Task<(HttpStatusCode Status, JsonElement Body)> Decide(bool on, int least = 10_000, int most = 20_000) => Post(Decision(on, least, most));

    async Task<(HttpStatusCode Status, JsonElement Body)> Post(object body)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, "/v1/ops/surge-rules", body);
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    async Task<JsonElement> Get(string path)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, path);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    async Task<SurgeMapAnswer> Map(int? at = null)
    {
        using var request = fleet.Request(HttpMethod.Get, "/v1/surge?cityId=nyc&vehicleClass=Premium", passenger, driver: false, at);
        using var answer = await fleet.Send(request);
        return (await answer.Content.ReadFromJsonAsync<SurgeMapAnswer>(Json.Options, Stop))!;
    }

    /// <summary>The map, once it is so: also what holds is not believed for a moment where a slow machine could not renew it in time.</summary>
    async Task<SurgeMapAnswer> Shown(Func<SurgeMapAnswer, bool> until)
    {
        SurgeMapAnswer? map = null;
        await Books.Until("the map shows it", async () => until(map = await Map()));
        return map!;
    }

    /// <returns>The last of these quotes.</returns>
    async Task<JsonElement> BothCopiesQuote(GeoPoint pickup, int? basisPoints)
    {
        JsonElement quote = default;
        await Books.Until(
            $"both copies quote {basisPoints?.ToString() ?? "no surge"}",
            async () => Surge(await Quote(pickup, at: 0)) == basisPoints && Surge(quote = await Quote(pickup, at: 1)) == basisPoints);
        return quote;
    }

    async Task<JsonElement> Quote(GeoPoint pickup, string vehicleClass = "Premium", Guid? passenger = null, DateTimeOffset? pickupAt = null, int? at = null)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", passenger ?? this.passenger, driver: false, at);
        request.Content = JsonContent.Create(new { pickup, dropOff = GrandCentral, pickupAt });
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("quotes").EnumerateArray()
            .Single(quote => quote.GetProperty("vehicleClass").GetString() == vehicleClass);
    }

    static int? Surge(JsonElement quote) => quote.TryGetProperty("surgeBasisPoints", out var basisPoints) ? basisPoints.GetInt32() : null;

    /// <summary>Of a quote, or of a stored breakdown.</summary>
    static IReadOnlyList<(string Code, long Amount)> Lines(JsonElement of) => of.ValueKind == JsonValueKind.Array
        ? [.. of.EnumerateArray().Select(line => (line.GetProperty("code").GetString()!, line.GetProperty("amountMinorUnits").GetInt64()))]
        : [.. of.GetProperty("breakdown").EnumerateArray().Select(line =>
            (line.GetProperty("code").GetString()!, line.GetProperty("amount").GetProperty("minorUnits").GetInt64()))];

    /// <summary>A ride that was requested under a quote and driven on a calm Monday of 2013.</summary>
    async Task<Ride> Driven(JsonElement quote)
    {
        var ride = Ride.InNewYork() with { QuoteId = quote.GetProperty("quoteId").GetGuid(), PassengerId = passenger };
        var fare = new Money(quote.GetProperty("fare").GetProperty("minorUnits").GetInt64(), "USD");
        await fleet.Deliver(
            new RideRequested(
                ride.RequestId, passenger, "nyc", VehicleClass.Premium, WallStreet, GrandCentral, ride.QuoteId, quote.GetProperty("token").GetString()!, fare,
                ride.Payment, ride.StartedAt)
            { OccurredAt = ride.StartedAt, Version = 1 },
            ride.Created() with { VehicleClass = VehicleClass.Premium, QuotedFare = fare },
            ride.Completed(),
            ride.Tracked());
        return ride;
    }

    Task<long> Round() => One<long>("select round from billing.surge_rounds");

    async Task<IReadOnlyList<object>> Broken(string invariant)
    {
        await using var connection = await fleet.Owner.OpenConnectionAsync(Stop);
        var file = Path.Combine(Runner.Fleets.Repository.Find().Root, "schemas", "invariants", invariant);
        return (await connection.QueryAsync<object>(await File.ReadAllTextAsync(file, Stop))).AsList();
    }

    /// <summary>Rides of the last page of all fares that come out differently now.</summary>
    async Task<IReadOnlyList<Guid>> Different()
    {
        var newest = await One<Guid>("select fare_id from billing.fares order by fare_id desc offset 500 limit 1");
        return [.. (await Get($"/v1/ops/fares/recomputed?cursor={newest}")).GetProperty("different").EnumerateArray().Select(ride => ride.GetGuid())];
    }

    async Task<T?> One<T>(string sql)
    {
        await using var connection = await fleet.Owner.OpenConnectionAsync(Stop);
        return await connection.QueryFirstOrDefaultAsync<T>(sql);
    }

    sealed record SurgeMapAnswer(bool On, double CellDegrees, long Round, int ElsewhereBasisPoints, IReadOnlyList<CellAnswer> Cells);

    sealed record CellAnswer(double South, double West, int MultiplierBasisPoints)
    {
        public bool Covers(GeoPoint place) =>
            place.Latitude >= South && place.Latitude < South + MapCell.Degrees && place.Longitude >= West && place.Longitude < West + MapCell.Degrees;
    }
}
