using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>The plans that a driver can begin in a city now, the cheapest first.</summary>
internal static class ListOfferedPlans
{
    const string Offered = SubscriptionPlan.Columns + """
        where    city_id = @CityId and stopped_at is null
        order by price_minor_units, plan_id
        limit    100
        """;

    internal sealed record Answer(IReadOnlyList<SubscriptionPlanView> Plans);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(string cityId, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();

        var plans = await database.List<SubscriptionPlan>(Offered, new { CityId = cityId }, ct);
        return TypedResults.Ok(new Answer([.. plans.Select(plan => plan.View)]));
    }
}
