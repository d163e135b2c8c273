using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>A city's plans for operators, those that were stopped too: the newest first.</summary>
internal static class ListSubscriptionPlans
{
    const int LongestPage = 100;

    const string OfCity = SubscriptionPlan.Columns + """
        where    city_id = @CityId and (@Before::uuid is null or plan_id < @Before)
        order by plan_id desc
        limit    @Limit
        """;

    /// <param name="NextCursor">For the next page; absent on the last.</param>
    internal sealed record Answer(IReadOnlyList<SubscriptionPlanView> Plans, Guid? NextCursor);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        string cityId, Guid? cursor, int? limit, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();

        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var plans = await database.List<SubscriptionPlan>(OfCity, new { CityId = cityId, Before = cursor, Limit = page }, ct);
        return TypedResults.Ok(new Answer([.. plans.Select(plan => plan.View)], plans.Count == page ? plans[^1].PlanId : null));
    }
}
