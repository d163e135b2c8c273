using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>A driver does not want a subscription to be renewed: it runs to the end of what has been paid for.</summary>
internal static class CancelSubscription
{
    const string Cancel = """
        update billing.driver_subscriptions
        set    renews = false, cancelled_at = @Now
        where  subscription_id = @SubscriptionId and driver_id = @DriverId and renews
        """;

    const string Find = DriverSubscription.Columns + "where subscription.subscription_id = @SubscriptionId and subscription.driver_id = @DriverId";

    internal sealed record Request(Guid SubscriptionId = default);

    public static async Task<Results<Ok<SubscriptionView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        var (own, now) = (new { request.SubscriptionId, DriverId = user.Id }, clock.GetUtcNow());
        await tx.Execute(Cancel, new { own.SubscriptionId, own.DriverId, Now = now }, ct);
        return await tx.Find<DriverSubscription>(Find, own, ct) is { } subscription
            ? TypedResults.Ok(subscription.View(now))
            : BillingProblems.SubscriptionNotFound.ToHttp();
    }
}
