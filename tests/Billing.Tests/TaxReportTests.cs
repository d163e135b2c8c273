using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What is owed to the state, off the ledger. Each test has a rate of its own, so that it finds its own lines among those of the others.</summary>
public sealed class TaxReportTests(BillingFleet fleet)
{
    static int rates = 700;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // 10 km at 1.00 and a tax of 7 to 8 % and 0.30: each fare's own tax, in a day's sum. Half of one fare is taken off, another is void.
    [Fact]
    public async Task Fares_and_what_was_taken_back_are_told_apart_by_day_and_rate_and_sum_to_the_ledger()
    {
        var (policy, rate) = await Policy();
        var rides = Enumerable.Range(0, 5).Select(_ => Ride.InNewYork()).ToList();
        foreach (var (number, ride) in rides.Index())
        {
            var tracked = ride.Tracked(metres: 10_000 + (number * 777));
            await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created(), ride.Completed(), tracked);
            await fleet.FareOf(ride);
        }

        await Adjust(rides[0], 333);
        await fleet.Deliver(rides[1].Voided(new(1, "USD")) with { OccurredAt = DateTimeOffset.UtcNow });
        var lines = await LinesOf(rate);

        var fares = lines.Where(line => line.By == "Fares").ToList();
        var taken = lines.Where(line => line.By == "Reversals").ToList();
        Assert.Equal((5, 2), (fares.Sum(line => line.Transfers), taken.Sum(line => line.Transfers)));
        Assert.All(taken, line => Assert.True(line is { Tax: < 0, Taxable: < 0 }));
        Assert.Equal(-await Posted("Tax", rides), lines.Sum(line => line.Tax));
        Assert.Equal(-await Posted("DriverPayable", rides) - await Posted("Commission", rides), lines.Sum(line => line.Taxable));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A tip is no part of what is taxed, and what we bear alone takes no tax back.</summary>
    [Fact]
    public async Task Tips_are_not_taxed_and_our_own_concessions_lower_no_tax()
    {
        var (policy, rate) = await Policy();
        var ride = Ride.InNewYork();
        var created = ride.Created() with { Tip = new(500, "USD") };
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), created, ride.Completed(), ride.Tracked(metres: 10_000));
        await fleet.FareOf(ride);
        await Adjust(ride, 100, "Platform");

        var line = Assert.Single(await LinesOf(rate));

        Assert.Equal((1_000, -await fleet.Posted("Tax", ride)), (line.Taxable, line.Tax));
        Assert.Equal(500 + 1_000, -await fleet.Posted("DriverPayable", ride) - await fleet.Posted("Commission", ride));
    }

    /// <summary>The fare gives before its tip: its tax comes back whole, and what was not taxed is not in the report.</summary>
    [Fact]
    public async Task A_fare_that_is_lowered_to_its_tip_has_no_tax_left()
    {
        var (policy, rate) = await Policy();
        var (lowered, gone) = (await Tipped(policy), await Tipped(policy));
        var fare = (await fleet.FareOf(lowered)).TotalMinorUnits - 500;

        await Adjust(lowered, fare);
        await Adjust(gone, fare + 200);
        await fleet.Deliver(gone.Voided(new(1, "USD")) with { OccurredAt = DateTimeOffset.UtcNow });

        Assert.Equal((-500, 0, 0), (await fleet.Posted("DriverPayable", lowered), await fleet.Posted("Commission", lowered), await fleet.Posted("Tax", lowered)));
        var taken = (await LinesOf(rate)).Where(line => line.By == "Reversals").ToList();
        var charged = (await LinesOf(rate)).Where(line => line.By == "Fares").ToList();
        Assert.Equal((-2_000, -charged.Sum(line => line.Tax)), (taken.Sum(line => line.Taxable), taken.Sum(line => line.Tax)));
        Assert.Equal(2_000, charged.Sum(line => line.Taxable));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task As_csv_it_says_the_same()
    {
        var (policy, rate) = await Policy();
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), ride.Created(), ride.Completed(), ride.Tracked(metres: 10_000));
        await fleet.FareOf(ride);
        var line = Assert.Single(await LinesOf(rate));

        // The city's month, which is not ours in its last hours.
        var month = line.Day[..^"-01".Length];
        var (byPath, byHeader) = (await Get(".csv", month), await Get("", month, "text/csv"));

        var expected = $"nyc,{line.Day},city-tax,30,{rate},false,Fares,1,{line.Taxable},{line.Tax},USD";
        foreach (var answer in new[] { byPath, byHeader })
        {
            Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
            var csv = (await answer.Content.ReadAsStringAsync(Stop)).Split("\r\n");
            Assert.StartsWith("city,day,fixed_tax_code", csv[0], StringComparison.Ordinal);
            Assert.Contains(expected, csv);
        }
    }

    [Theory]
    [InlineData("?city=atlantis&month=2013-11", 400, "city")]
    [InlineData("?city=nyc&month=2013-13", 400, "month")]
    [InlineData("?city=nyc&month=November", 400, "month")]
    [InlineData("?city=nyc&month=9999-12", 400, "month")]
    [InlineData("?city=jakarta&month=0001-01", 400, "month")]
    public async Task What_makes_no_sense_is_refused_by_its_field(string query, int status, string field)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, "/v1/ops/tax-report" + query);

        using var answer = await fleet.Send(request);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal((status, field), ((int)answer.StatusCode, problem.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Only_operators_read_it()
    {
        using var request = fleet.Request(HttpMethod.Get, "/v1/ops/tax-report?city=nyc&month=2013-11", Guid.CreateVersion7());

        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.Send(request)).StatusCode);
    }

    /// <summary>10.00, the tax, and a tip of 5.00.</summary>
    async Task<Ride> Tipped(Guid policy)
    {
        var ride = Ride.InNewYork();
        var created = ride.Created() with { Tip = new(500, "USD") };
        await fleet.Deliver(ride.Requested(fleet.Tokens, policyId: policy), created, ride.Completed(), ride.Tracked(metres: 10_000));
        await fleet.FareOf(ride);
        return ride;
    }

    async Task<(Guid PolicyId, int Rate)> Policy()
    {
        var rate = Interlocked.Increment(ref rates);
        using var request = fleet.OperatorRequest(HttpMethod.Post, "/v1/ops/fare-policies", JsonNode.Parse($$"""
            {
              "name": "taxed", "cityId": "nyc", "vehicleClass": "Premium", "mode": "Metered", "tariff": "Linear", "baseMinorUnits": 0, "active": false,
              "band": {"name": "taxed-{{rate}}", "from": "01:00", "to": "02:00"}, "distance": {"minorUnits": 100, "unitMicrometres": 1000000000},
              "time": {"minorUnits": 0, "unitSeconds": 60}, "commission": {"basisPoints": 1000}, "cancellation": {"feeMinorUnits": 0, "graceSeconds": 300},
              "tax": {"code": "city-tax", "minorUnits": 30}, "salesTax": {"basisPoints": {{rate}}, "inclusive": false}
            }
            """));
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return ((await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("policyId").GetGuid(), rate);
    }

    /// <summary>Of this month and, lest the test runs at its end, of those beside it.</summary>
    async Task<List<Line>> LinesOf(int rate)
    {
        var lines = new List<Line>();
        foreach (var months in new[] { -1, 0, 1 })
        {
            var report = await (await Get("", Month(DateTimeOffset.UtcNow.AddMonths(months)))).Content.ReadFromJsonAsync<JsonElement>(Stop);
            var all = report.GetProperty("lines").EnumerateArray().Select(Line.Of).ToList();
            Assert.Equal(all.Sum(line => line.Tax), report.GetProperty("tax").GetProperty("minorUnits").GetInt64());
            lines.AddRange(all.Where(line => line.Rate == rate));
        }

        return lines;
    }

    static string Month(DateTimeOffset at) => at.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    async Task<HttpResponseMessage> Get(string form, string month, string? accept = null)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/tax-report{form}?city=nyc&month={month}");
        if (accept is not null) request.Headers.Add("Accept", accept);
        return await fleet.Send(request);
    }

    async Task<long> Posted(string kind, IEnumerable<Ride> rides) => (await Task.WhenAll(rides.Select(ride => fleet.Posted(kind, ride)))).Sum();

    async Task Adjust(Ride ride, long minorUnits, string bornBy = "Everybody")
    {
        using var request = fleet.OperatorRequest(
            HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", new { amountMinorUnits = minorUnits, reason = "the driver took a detour", bornBy });
        Assert.Equal(HttpStatusCode.Created, (await fleet.Send(request)).StatusCode);
    }

    sealed record Line(string Day, int Rate, string By, long Transfers, long Taxable, long Tax)
    {
        public static Line Of(JsonElement line) => new(
            line.GetProperty("day").GetString()!, line.GetProperty("rate").GetProperty("salesTaxBasisPoints").GetInt32(), line.GetProperty("by").GetString()!,
            line.GetProperty("transfers").GetInt64(), line.GetProperty("taxable").GetProperty("minorUnits").GetInt64(),
            line.GetProperty("tax").GetProperty("minorUnits").GetInt64());
    }
}
