using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Drivers pay a plan's price: once per period, whoever races, and never twice for one city and class.</summary>
public sealed class SubscriptionTests(BillingFleet fleet)
{
    const int Callers = 20;

    /// <summary>A period.</summary>
    const long Price = 100;

    /// <summary>Of one card ride of 8.00.</summary>
    const long Earned = 675;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_driver_pays_the_price_below_zero_too_and_sees_it_everywhere()
    {
        var (driver, plan) = (Guid.CreateVersion7(), await fleet.Plan(Price, days: 7));

        var subscription = await fleet.Subscribed(driver, plan);

        var (running, ended) = await fleet.Subscriptions(driver);
        var shown = Assert.Single(running);
        Assert.Empty(ended);
        Assert.Equal((plan, 7, Price), (Of(shown, "plan").GetProperty("planId").GetGuid(), Of(shown, "plan").GetProperty("days").GetInt32(), Minor(Of(shown, "plan"), "price")));
        Assert.Equal((true, false, subscription.EndsAt), (Flag(shown, "runs"), Flag(shown, "renews"), shown.GetProperty("endsAt").GetDateTimeOffset()));
        Assert.Equal((1L, 1L), await fleet.PaidFor(subscription));
        Assert.Equal(Price, await fleet.Balance("DriverPayable", driver));
        Assert.Equal(("Subscription", -Price), await OnlyEntry("/v1/me/earnings", "entries", driver));
        Assert.Equal(("Subscription", -Price), await OnlyEntry($"/v1/me/statements?period=day&on={DayInNewYork(subscription.StartsAt):yyyy-MM-dd}&currency=USD", "lines", driver));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    // Half of them for standard cars alone, half for all classes; who has had no ride has no account that could be the lock.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_twenty_purchases_at_once_one_counts(bool hasEarned)
    {
        var driver = hasEarned ? await fleet.DriverWithEarnings() : Guid.CreateVersion7();
        Guid[] plans = [await fleet.Plan(Price, 7, VehicleClass.Standard), await fleet.Plan(Price)];

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(turn => fleet.Begin(driver, plans[turn % 2])));

        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.Created));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer => Assert.Equal((HttpStatusCode.Conflict, "already-subscribed"), (answer.Status, Code(answer.Body))));
        Assert.Equal(Price - (hasEarned ? Earned : 0), await fleet.Balance("DriverPayable", driver));
        Assert.Equal(1, await fleet.Count("billing.driver_subscriptions where driver_id = @driver", new { driver }));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Twenty_twins_with_one_key_pay_once_and_get_one_answer()
    {
        var (driver, plan, key) = (Guid.CreateVersion7(), await fleet.Plan(Price), Guid.CreateVersion7());

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => fleet.Begin(driver, plan, key: key)));

        var created = answers.Where(answer => answer.Status == HttpStatusCode.Created).ToList();
        Assert.Single(created.Select(answer => answer.Body.GetProperty("subscriptionId").GetGuid()).Distinct());
        Assert.All(answers.Except(created), answer => Assert.Equal("request-in-flight", Code(answer.Body)));
        Assert.Equal(Price, await fleet.Balance("DriverPayable", driver));
    }

    [Fact]
    public async Task Another_class_can_be_paid_for_beside_it()
    {
        var driver = await fleet.DriverWithEarnings();

        await fleet.Subscribed(driver, await fleet.Plan(Price, 7, VehicleClass.Standard));
        await fleet.Subscribed(driver, await fleet.Plan(Price, 7, VehicleClass.Van, VehicleClass.Premium));

        Assert.Equal(2, (await fleet.Subscriptions(driver)).Running.Count);
    }

    [Fact]
    public async Task Two_that_cover_one_match_cannot_be_written_down()
    {
        var (driver, plan) = (Guid.CreateVersion7(), await fleet.Plan(Price, 7, VehicleClass.Standard));
        var subscription = await fleet.Subscribed(driver, plan);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner($"""
            insert into billing.subscription_periods (subscription_id, period, price_minor_units, currency, starts_at, ends_at)
            select subscription_id, 2, price_minor_units, currency, ends_at - interval '1 second', ends_at + interval '1 day'
            from   billing.subscription_periods where subscription_id = '{subscription.SubscriptionId}';
            insert into billing.subscription_coverage (subscription_id, period, driver_id, city_id, vehicle_class, starts_at, ends_at)
            select subscription_id, 2, driver_id, city_id, vehicle_class, ends_at - interval '1 second', ends_at + interval '1 day'
            from   billing.subscription_coverage where subscription_id = '{subscription.SubscriptionId}'
            """));

        Assert.Equal("subscription_coverage_one_at_a_time", refused.ConstraintName);
    }

    [Fact]
    public async Task Who_owes_already_cannot_begin_one()
    {
        var driver = Guid.CreateVersion7();
        var ride = await fleet.Finished(new Ride("nyc", PaymentMethodKind.Cash) { DriverId = driver });
        await fleet.Deliver(ride.Paid(new(800, "USD")));

        var (status, body) = await fleet.Begin(driver, await fleet.Plan(Price));

        Assert.Equal((HttpStatusCode.Conflict, "balance-below-zero"), (status, Code(body)));
        Assert.Empty((await fleet.Subscriptions(driver)).Running);
    }

    [Fact]
    public async Task Nobody_sees_or_cancels_anybody_else_s()
    {
        var subscription = await fleet.Subscribed(Guid.CreateVersion7(), await fleet.Plan(Price), renews: true);
        var stranger = Guid.CreateVersion7();

        var (status, body) = await fleet.Cancel(stranger, subscription.SubscriptionId);

        Assert.Equal((HttpStatusCode.NotFound, "not-found"), (status, Code(body)));
        Assert.Empty((await fleet.Subscriptions(stranger)).Running);
        Assert.True(Flag(Assert.Single((await fleet.Subscriptions(subscription.DriverId)).Running), "renews"));
    }

    [Theory]
    [InlineData("GET", "/v1/subscription-plans?cityId=nyc")]
    [InlineData("GET", "/v1/me/subscription")]
    [InlineData("POST", "/v1/me/subscription")]
    [InlineData("POST", "/v1/me/subscription/cancel")]
    public async Task They_are_for_drivers(string method, string path)
    {
        using var request = fleet.Request(new(method), path, Guid.CreateVersion7(), driver: false);
        if (method == "POST") request.Content = JsonContent.Create(new { });

        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.Send(request)).StatusCode);
    }

    [Fact]
    public async Task Only_operators_write_and_stop_plans_and_what_is_stopped_is_not_offered()
    {
        var (driver, plan) = (Guid.CreateVersion7(), await fleet.Plan(Price));
        using var writing = fleet.Request(HttpMethod.Post, "/v1/ops/subscription-plans", driver);
        writing.Content = JsonContent.Create(Terms);

        var offeredBefore = await Plans("/v1/subscription-plans?cityId=nyc", driver);
        var (status, stopped) = await fleet.Operate($"/{plan}/stop", new { });
        var again = await fleet.Operate($"/{plan}/stop", new { });

        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.Send(writing)).StatusCode);
        Assert.Contains(plan, offeredBefore);
        Assert.DoesNotContain(plan, await Plans("/v1/subscription-plans?cityId=nyc", driver));
        Assert.Contains(plan, await Plans("/v1/ops/subscription-plans?cityId=nyc&limit=100", driver: null));
        Assert.Equal((HttpStatusCode.OK, stopped.GetProperty("stoppedAt").GetDateTimeOffset()), (status, again.Body.GetProperty("stoppedAt").GetDateTimeOffset()));
        Assert.Equal("plan-stopped", Code((await fleet.Begin(driver, plan)).Body));
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Begin(driver, Guid.CreateVersion7())).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Operate($"/{Guid.CreateVersion7()}/stop", new { })).Status);
    }

    [Theory]
    [InlineData("cityId", "\"atlantis\"")]
    [InlineData("name", "\"\"")]
    [InlineData("priceMinorUnits", "0")]
    [InlineData("days", "0")]
    [InlineData("days", "367")]
    [InlineData("vehicleClasses", "[]")]
    [InlineData("vehicleClasses", "[\"Motorcycle\"]")]
    public async Task A_plan_that_makes_no_sense_is_refused_by_its_field(string field, string value)
    {
        var body = JsonSerializer.SerializeToNode(Terms)!;
        body[field] = JsonNode.Parse(value);

        var (status, problem) = await fleet.Operate("", body);

        Assert.Equal((HttpStatusCode.BadRequest, field), (status, problem.GetProperty("field").GetString()));
    }

    /// <summary>By the city's calendar: the wall clock is the same, though the day on which clocks change is shorter or longer.</summary>
    [Theory]
    [InlineData("2026-11-22T12:00:00Z", 7, "2026-11-29T12:00:00Z")]
    [InlineData("2026-10-31T12:00:00Z", 1, "2026-11-01T13:00:00Z")]
    [InlineData("2026-03-07T17:00:00Z", 1, "2026-03-08T16:00:00Z")]
    [InlineData("2026-03-07T07:30:00Z", 1, "2026-03-08T07:30:00Z")]
    [InlineData("2026-02-28T17:00:00Z", 366, "2027-03-01T17:00:00Z")]
    public void A_period_ends_at_the_wall_clock_at_which_it_began(string startsAt, int days, string endsAt)
    {
        var plan = new SubscriptionPlan { Days = days };

        Assert.Equal(DateTimeOffset.Parse(endsAt), plan.EndOf(DateTimeOffset.Parse(startsAt), TimeZoneInfo.FindSystemTimeZoneById("America/New_York")));
    }

    static object Terms => new { cityId = "nyc", name = "week", priceMinorUnits = Price, days = 7 };

    static DateTimeOffset DayInNewYork(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

    async Task<IReadOnlyList<Guid>> Plans(string path, Guid? driver)
    {
        using var request = driver is null ? fleet.OperatorRequest(HttpMethod.Get, path) : fleet.Request(HttpMethod.Get, path, driver);
        using var answer = await fleet.Send(request);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("plans").EnumerateArray().Select(plan => plan.GetProperty("planId").GetGuid())];
    }

    async Task<(string?, long)> OnlyEntry(string path, string member, Guid driver)
    {
        using var request = fleet.Request(HttpMethod.Get, path, driver);
        using var answer = await fleet.Send(request);
        var entry = Assert.Single((await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty(member).EnumerateArray());
        return (entry.GetProperty("kind").GetString(), Minor(entry, "amount"));
    }

    static JsonElement Of(JsonElement body, string member) => body.GetProperty(member);

    static bool Flag(JsonElement body, string member) => body.GetProperty(member).GetBoolean();

    static long Minor(JsonElement body, string member) => body.GetProperty(member).GetProperty("minorUnits").GetInt64();

    static string? Code(JsonElement body) => body.GetProperty("code").GetString();
}
