using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>
/// A driver pays for a plan, from now on, off their balance, which may go below zero by it; who owes already has to wait. Two at once for one city and class
/// are kept apart by the table.
/// </summary>
internal static class BeginSubscription
{
    // Also one that has just ended and is about to be renewed.
    const string RunsFor = """
        select exists (
            select from billing.driver_subscriptions subscription
            join   billing.subscription_plans plan on plan.plan_id = subscription.plan_id
            where  subscription.driver_id = @DriverId and plan.city_id = @CityId and plan.vehicle_classes && @VehicleClasses
              and  (subscription.renews or subscription.ends_at > @Now))
        """;

    const string Insert = """
        insert into billing.driver_subscriptions (subscription_id, driver_id, plan_id, renews, periods, started_at, ends_at)
        values (@SubscriptionId, @DriverId, @PlanId, @Renews, 1, @StartsAt, @EndsAt)
        """;

    /// <param name="Renews">Whether it is paid for again shortly before it ends, until it is cancelled.</param>
    internal sealed record Request(Guid PlanId = default, bool Renews = false);

    public static async Task<Results<Created<SubscriptionView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Cities cities, CityClock clock, Transaction tx, CancellationToken ct)
    {
        var plan = await tx.Find<SubscriptionPlan>(SubscriptionPlan.Columns + "where plan_id = @PlanId", new { request.PlanId }, ct);
        if (plan is null || cities.Find(plan.CityId) is not { } city) return BillingProblems.PlanNotFound.ToHttp();
        if (plan.StoppedAt is not null) return BillingProblems.PlanStopped.ToHttp();
        var (balance, now) = (await tx.LockBalanceOf(user.Id, plan.Currency, ct), clock.GetUtcNow());
        var first = DriverSubscription.First(user.Id, plan, city, now);
        if (await Runs(first, tx, ct)) return BillingProblems.AlreadySubscribed.ToHttp();
        if (balance.MinorUnits < 0) return BillingProblems.BalanceBelowZero.ToHttp();

        await tx.Execute(Insert, new { first.SubscriptionId, first.DriverId, plan.PlanId, request.Renews, first.StartsAt, first.EndsAt }, ct);
        return await tx.Pay(first, now, ct)
            ? TypedResults.Created("/v1/me/subscription", View(first, request.Renews))
            : BillingProblems.AlreadySubscribed.ToHttp();
    }

    static Task<bool> Runs(SubscriptionPeriod first, Transaction tx, CancellationToken ct) =>
        tx.Find<bool>(RunsFor, new { first.DriverId, first.Plan.CityId, first.Plan.VehicleClasses, Now = first.StartsAt }, ct);

    static SubscriptionView View(SubscriptionPeriod first, bool renews) => new(
        first.SubscriptionId, first.Plan.View, Runs: true, renews, Periods: 1, first.StartsAt, first.EndsAt, CancelledAt: null, LapsedAt: null, LapseCode: null);
}
