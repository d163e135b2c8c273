using System.Net;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What becomes of a subscription when a period ends: paid for once more, lapsed, or over because its driver said so.</summary>
public sealed class SubscriptionRenewalTests(BillingFleet fleet)
{
    /// <summary>A period, and what a card ride of 8.00 brings.</summary>
    const long Price = 100, Earned = 675;

    static readonly TimeSpan Soon = TimeSpan.FromMinutes(5), AnHourAgo = TimeSpan.FromHours(-1);

    /// <summary>Eight are due at once, at two copies that look all the time: each is paid for once more, and begins when the last period ends.</summary>
    [Fact]
    public async Task A_renewal_is_paid_for_once_by_whichever_copy_and_leaves_no_gap()
    {
        var plan = await fleet.Plan(Price);
        var drivers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fleet.DriverWithEarnings()));
        var subscriptions = await Task.WhenAll(drivers.Select(driver => fleet.Subscribed(driver, plan, renews: true)));

        await Task.WhenAll(subscriptions.Select(subscription => fleet.Age(subscription, Soon)));
        await Books.Until("all are renewed", async () =>
            await fleet.Count("billing.driver_subscriptions where plan_id = @plan and periods = 2", new { plan }) == subscriptions.Length);

        foreach (var subscription in subscriptions)
        {
            Assert.Equal((2L, 2L), await fleet.PaidFor(subscription));
            Assert.Equal(2 * Price - Earned, await fleet.Balance("DriverPayable", subscription.DriverId));
            var renewed = Assert.Single(await fleet.Told<DriverSubscriptionRenewed>(subscription));
            var shown = Assert.Single((await fleet.Subscriptions(subscription.DriverId)).Running);
            Assert.Equal((renewed.EndsAt, 2, true), (shown.GetProperty("endsAt").GetDateTimeOffset(), shown.GetProperty("periods").GetInt32(), Flag(shown, "renews")));
            Assert.Equal(1, await fleet.Count(
                "billing.subscription_periods where subscription_id = @SubscriptionId and period = 1 and ends_at = @StartsAt", new { renewed.SubscriptionId, renewed.StartsAt }));
        }

        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>Nobody looked for an hour: what could not be used is not paid for.</summary>
    [Fact]
    public async Task A_renewal_that_comes_late_begins_when_it_comes()
    {
        var subscription = await fleet.Subscribed(await fleet.DriverWithEarnings(), await fleet.Plan(Price), renews: true);
        var before = TimeProvider.System.GetUtcNow();

        await fleet.Age(subscription, AnHourAgo);
        await Books.Until("it is renewed", async () => (await fleet.Told<DriverSubscriptionRenewed>(subscription)).Count > 0);

        Assert.InRange((await fleet.Told<DriverSubscriptionRenewed>(subscription))[0].StartsAt, before, TimeProvider.System.GetUtcNow());
        Assert.Equal((2L, 2L), await fleet.PaidFor(subscription));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Theory]
    [InlineData("balance-below-zero")]
    [InlineData("plan-stopped")]
    public async Task One_that_cannot_be_renewed_lapses_and_the_driver_is_told_and_it_runs_to_its_end(string code)
    {
        var plan = await fleet.Plan(Price);
        var subscription = await fleet.Subscribed(code == "plan-stopped" ? await fleet.DriverWithEarnings() : Guid.CreateVersion7(), plan, renews: true);
        if (code == "plan-stopped") await fleet.Operate($"/{plan}/stop", new { });

        await fleet.Age(subscription, Soon);
        await Books.Until("it has lapsed", async () => (await fleet.Told<DriverSubscriptionLapsed>(subscription)).Count > 0);

        var told = Assert.Single(await fleet.Told<DriverSubscriptionLapsed>(subscription));
        var shown = Assert.Single((await fleet.Subscriptions(subscription.DriverId)).Running);
        Assert.Equal((code, subscription.DriverId), (told.Code, told.DriverId));
        Assert.Equal((code, true, false, told.EndsAt), (shown.GetProperty("lapseCode").GetString(), Flag(shown, "runs"), Flag(shown, "renews"), shown.GetProperty("endsAt").GetDateTimeOffset()));
        Assert.Equal((1L, 1L), await fleet.PaidFor(subscription));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task One_that_was_cancelled_runs_to_its_end_and_is_not_renewed()
    {
        var plan = await fleet.Plan(Price);
        var (cancelled, witness) = (await fleet.Subscribed(await fleet.DriverWithEarnings(), plan, renews: true), await fleet.Subscribed(await fleet.DriverWithEarnings(), plan, renews: true));

        var (status, shown) = await fleet.Cancel(cancelled.DriverId, cancelled.SubscriptionId);
        var again = await fleet.Cancel(cancelled.DriverId, cancelled.SubscriptionId);
        await fleet.Age(cancelled, AnHourAgo);
        await fleet.Age(witness, Soon);
        await Books.Until("renewals have been looked for since", async () => await fleet.PaidFor(witness) == (2, 2));

        Assert.Equal((HttpStatusCode.OK, true, false), (status, Flag(shown, "runs"), Flag(shown, "renews")));
        Assert.Equal(shown.GetProperty("cancelledAt").GetDateTimeOffset(), again.Body.GetProperty("cancelledAt").GetDateTimeOffset());
        Assert.Equal((1L, 1L), await fleet.PaidFor(cancelled));
        Assert.Empty(await fleet.Told<DriverSubscriptionLapsed>(cancelled));
        var (running, ended) = await fleet.Subscriptions(cancelled.DriverId);
        Assert.Empty(running);
        Assert.Equal((false, cancelled.SubscriptionId), (Flag(Assert.Single(ended), "runs"), ended[0].GetProperty("subscriptionId").GetGuid()));
        await fleet.Subscribed(cancelled.DriverId, plan);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    static bool Flag(JsonElement body, string member) => body.GetProperty(member).GetBoolean();
}
