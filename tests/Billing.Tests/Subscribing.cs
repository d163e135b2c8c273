using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Plans made for one test, and drivers who pay them.</summary>
static class Subscribing
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A plan of New York, offered.</summary>
    public static async Task<Guid> Plan(this BillingFleet fleet, long price = 100, int days = 7, params VehicleClass[] classes)
    {
        var (status, plan) = await fleet.Operate("", new { cityId = "nyc", name = "week", priceMinorUnits = price, days, vehicleClasses = classes.Length == 0 ? null : classes });
        Assert.Equal(HttpStatusCode.Created, status);
        return plan.GetProperty("planId").GetGuid();
    }

    /// <summary>An operator's step with plans.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body)> Operate(this BillingFleet fleet, string path, object body)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, $"/v1/ops/subscription-plans{path}", body);
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    /// <summary>The driver pays for it.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body)> Begin(this BillingFleet fleet, Guid driver, Guid plan, bool renews = false, Guid? key = null)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/me/subscription", driver);
        request.Headers.Add("Idempotency-Key", (key ?? Guid.CreateVersion7()).ToString());
        request.Content = JsonContent.Create(new { planId = plan, renews });
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    /// <summary>Of a driver who has just paid for a plan.</summary>
    public static async Task<Subscribed> Subscribed(this BillingFleet fleet, Guid driver, Guid plan, bool renews = false)
    {
        var (status, body) = await fleet.Begin(driver, plan, renews);
        Assert.Equal(HttpStatusCode.Created, status);
        return new(
            body.GetProperty("subscriptionId").GetGuid(), driver, body.GetProperty("startedAt").GetDateTimeOffset(), body.GetProperty("endsAt").GetDateTimeOffset());
    }

    /// <summary>The driver does not want it to be renewed.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body)> Cancel(this BillingFleet fleet, Guid driver, Guid subscription)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/me/subscription/cancel", driver);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        request.Content = JsonContent.Create(new { subscriptionId = subscription });
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Stop));
    }

    /// <summary>What the driver pays and has paid.</summary>
    public static async Task<(IReadOnlyList<JsonElement> Running, IReadOnlyList<JsonElement> Ended)> Subscriptions(this BillingFleet fleet, Guid driver)
    {
        using var request = fleet.Request(HttpMethod.Get, "/v1/me/subscription", driver);
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return ([.. body.GetProperty("running").EnumerateArray()], [.. body.GetProperty("ended").EnumerateArray()]);
    }

    /// <summary>As if it had begun earlier, so that it ends so long from now; before any ride is matched under it.</summary>
    public static Task Age(this BillingFleet fleet, Subscribed subscription, TimeSpan endsIn)
    {
        var by = $"interval '{(subscription.EndsAt - (TimeProvider.System.GetUtcNow() + endsIn)).TotalSeconds:0} seconds'";
        var its = $"where subscription_id = '{subscription.SubscriptionId}'";
        return fleet.ExecuteAsOwner($"""
            set session_replication_role = replica;
            update billing.subscription_coverage set starts_at = starts_at - {by}, ends_at = ends_at - {by} {its};
            update billing.subscription_periods set starts_at = starts_at - {by}, ends_at = ends_at - {by} {its};
            update billing.driver_subscriptions set started_at = started_at - {by}, ends_at = ends_at - {by} {its};
            set session_replication_role = origin
            """);
    }

    /// <summary>How many of its periods were paid for, by the rows and by the ledger.</summary>
    public static async Task<(long Periods, long Transfers)> PaidFor(this BillingFleet fleet, Subscribed subscription) => (
        await fleet.Count("billing.subscription_periods where subscription_id = @SubscriptionId", subscription),
        await fleet.Count("billing.ledger_transfers where subscription_id = @SubscriptionId and kind = 'Subscription'", subscription));

    /// <summary>What billing told of a subscription.</summary>
    public static async Task<IReadOnlyList<TEvent>> Told<TEvent>(this BillingFleet fleet, Subscribed subscription)
        where TEvent : Event
    {
        var payloads = await fleet.Column<string>("""
            select payload from billing.outbox where (event_type, aggregate_id) = (@Type, @SubscriptionId)
            union
            select payload from billing.outbox_archive where (event_type, aggregate_id) = (@Type, @SubscriptionId)
            """, new { Type = typeof(TEvent).Name, subscription.SubscriptionId });
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<TEvent>(payload, ServiceDefaults.Json.Options)!)];
    }

    /// <summary>Of one card ride.</summary>
    public static async Task<Guid> DriverWithEarnings(this BillingFleet fleet)
    {
        var driver = Guid.CreateVersion7();
        await fleet.Finished(Ride.InNewYork() with { DriverId = driver });
        return driver;
    }
}

/// <summary>A subscription as it was begun.</summary>
sealed record Subscribed(Guid SubscriptionId, Guid DriverId, DateTimeOffset StartsAt, DateTimeOffset EndsAt);
