using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Subscriptions;

/// <summary>An operator offers drivers a plan: a price for so many days instead of commission. Its terms are final: to change them, stop it and write another.</summary>
internal static class CreateSubscriptionPlan
{
    const long LargestPrice = 1_000_000_000_000;
    const int MostDays = 366;

    const string Insert = """
        insert into billing.subscription_plans (plan_id, city_id, currency, vehicle_classes, name, price_minor_units, days, created_by)
        values (@PlanId, @CityId, @Currency, @VehicleClasses, @Name, @PriceMinorUnits, @Days, @Operator)
        """;

    /// <param name="PriceMinorUnits">Of a period, in the city's currency.</param>
    /// <param name="Days">From 1 to 366: a period ends so many days later, at the same wall clock of the city.</param>
    /// <param name="VehicleClasses">In which there is no commission; all classes that the city has now when absent.</param>
    internal sealed record Request(
        string CityId = "", string Name = "", long PriceMinorUnits = 0, int Days = 0, IReadOnlyList<VehicleClass>? VehicleClasses = null);

    public static async Task<Results<Created<SubscriptionPlanView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction tx, Cities cities, CancellationToken ct)
    {
        if (cities.Find(request.CityId) is not { } city) return Problem.Invalid("cityId", "There is no such city.").ToHttp();
        if (Refuse(request, city) is { } problem) return problem.ToHttp();

        var plan = new SubscriptionPlan
        {
            PlanId = Guid.CreateVersion7(),
            CityId = city.Id,
            Currency = city.Currency,
            VehicleClasses = [.. (request.VehicleClasses ?? city.VehicleClasses).Distinct().Select(vehicleClass => vehicleClass.ToString())],
            Name = request.Name,
            PriceMinorUnits = request.PriceMinorUnits,
            Days = request.Days,
        };
        await tx.Execute(Insert, Row(plan, user.Id), ct);
        return TypedResults.Created($"/v1/ops/subscription-plans?cityId={plan.CityId}", plan.View);
    }

    static Problem? Refuse(Request request, City city) =>
        request.Name is not { Length: > 0 and <= 100 } ? Problem.Invalid("name", "A name has 1 to 100 letters.")
        : request.PriceMinorUnits is < 1 or > LargestPrice ? Problem.Invalid("priceMinorUnits", "More than zero.")
        : request.Days is < 1 or > MostDays ? Problem.Invalid("days", $"From 1 to {MostDays} days.")
        : request.VehicleClasses is { } classes && (classes.Count == 0 || classes.Except(city.VehicleClasses).Any())
            ? Problem.Invalid("vehicleClasses", "Classes of the city, or left out for all of them.")
        : null;

    static object Row(SubscriptionPlan plan, Guid by) => new
    {
        plan.PlanId,
        plan.CityId,
        plan.Currency,
        plan.VehicleClasses,
        plan.Name,
        plan.PriceMinorUnits,
        plan.Days,
        Operator = by,
    };
}
