using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>
/// Shortly before a subscription ends, pays for its next period, so that there is no gap; or says why it cannot be renewed, and it runs to its end. One at a
/// time: copies share what is due, and that a period is paid for once is the key of its row.
/// </summary>
internal sealed partial class RenewSubscriptions(
    Database database, Cities cities, CityClock clock, IOptions<BillingOptions> options, ILogger<RenewSubscriptions> logger) : ISweep
{
    const string NextDue = DriverSubscription.Columns + """
        where    subscription.renews and subscription.ends_at <= @Until
        order by subscription.ends_at
        limit    1
        for      update of subscription skip locked
        """;

    const string GoOn = "update billing.driver_subscriptions set periods = @Number, ends_at = @EndsAt where subscription_id = @SubscriptionId";

    const string EndIt = """
        update billing.driver_subscriptions
        set    renews = false, lapsed_at = @Now, lapse_code = @Code
        where  subscription_id = @SubscriptionId
        """;

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var now = clock.GetUtcNow();
        if (await tx.Find<DriverSubscription>(NextDue, new { Until = now + options.Value.SubscriptionRenewAhead }, ct) is not { } due) return false;

        var city = cities.Find(due.CityId);
        var code = city is null || due.StoppedAt is not null ? "plan-stopped"
            : (await tx.LockBalanceOf(due.DriverId, due.Currency, ct)).MinorUnits < 0 ? BillingProblems.BalanceBelowZero.Code
            : null;
        await (code is null ? Renew(due.Next(city!, now), now, tx, ct) : Lapse(due, code, now, tx, ct));
        await tx.Commit(ct);
        return true;
    }

    static async Task Renew(SubscriptionPeriod next, DateTimeOffset now, Transaction tx, CancellationToken ct)
    {
        if (!await tx.Pay(next, now, ct)) throw new InvalidOperationException($"Period {next.Number} of subscription {next.SubscriptionId} is covered already.");

        await tx.Execute(GoOn, new { next.SubscriptionId, next.Number, next.EndsAt }, ct);
        tx.Publish(new DriverSubscriptionRenewed(
            next.SubscriptionId, next.DriverId, next.Plan.PlanId, next.Plan.CityId, next.Plan.Name, next.Plan.Price, next.StartsAt, next.EndsAt)
        {
            OccurredAt = now,
            Version = next.Number,
        });
    }

    async Task Lapse(DriverSubscription due, string code, DateTimeOffset now, Transaction tx, CancellationToken ct)
    {
        await tx.Execute(EndIt, new { due.SubscriptionId, Code = code, Now = now }, ct);
        tx.Publish(new DriverSubscriptionLapsed(due.SubscriptionId, due.DriverId, due.PlanId, due.CityId, due.Name, code, due.EndsAt)
        {
            OccurredAt = now,
            Version = due.Periods + 1,
        });
        Lapsed(due.SubscriptionId, code);
    }

    [LoggerMessage(LogLevel.Information, "Subscription {SubscriptionId} is not renewed: {Code}")]
    partial void Lapsed(Guid subscriptionId, string code);
}
