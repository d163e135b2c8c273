using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>What a driver pays instead of commission now, until when, and what they paid before, the newest first.</summary>
internal static class GetSubscriptions
{
    const int LongestPage = 100;

    const string Running = DriverSubscription.Columns + """
        where    subscription.driver_id = @DriverId and subscription.ends_at > @Now
        order by subscription.ends_at, subscription.subscription_id
        """;

    const string Ended = DriverSubscription.Columns + """
        where    subscription.driver_id = @DriverId and subscription.ends_at <= @Now and (@Before::uuid is null or subscription.subscription_id < @Before)
        order by subscription.subscription_id desc
        limit    @Limit
        """;

    /// <param name="Running">One for each city and class at most.</param>
    /// <param name="NextCursor">For the next page of those that ended; absent on the last.</param>
    internal sealed record Answer(IReadOnlyList<SubscriptionView> Running, IReadOnlyList<SubscriptionView> Ended, Guid? NextCursor);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, CityClock clock, Database database, Guid? cursor, int? limit, CancellationToken ct)
    {
        var (page, now) = (Math.Clamp(limit ?? 20, 1, LongestPage), clock.GetUtcNow());
        var running = await database.List<DriverSubscription>(Running, new { DriverId = user.Id, Now = now }, ct);
        var ended = await database.List<DriverSubscription>(Ended, new { DriverId = user.Id, Now = now, Before = cursor, Limit = page }, ct);
        return TypedResults.Ok(new Answer(
            [.. running.Select(each => each.View(now))], [.. ended.Select(each => each.View(now))], ended.Count == page ? ended[^1].SubscriptionId : null));
    }
}
