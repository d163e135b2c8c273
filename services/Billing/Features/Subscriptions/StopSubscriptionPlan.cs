using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>An operator ends a plan: nobody begins it any more, and nobody's is renewed. What has been paid for runs to its end.</summary>
internal static class StopSubscriptionPlan
{
    const string Stop = """
        update billing.subscription_plans
        set    stopped_at = @Now, stopped_by = @Operator
        where  plan_id = @PlanId and stopped_at is null
        """;

    public static async Task<Results<Ok<SubscriptionPlanView>, ProblemHttpResult>> Handle(
        Guid planId, CurrentUser user, Transaction tx, CityClock clock, CancellationToken ct)
    {
        await tx.Execute(Stop, new { PlanId = planId, Now = clock.GetUtcNow(), Operator = user.Id }, ct);
        return await tx.Find<SubscriptionPlan>(SubscriptionPlan.Columns + "where plan_id = @PlanId", new { PlanId = planId }, ct) is { } plan
            ? TypedResults.Ok(plan.View)
            : BillingProblems.PlanNotFound.ToHttp();
    }
}
