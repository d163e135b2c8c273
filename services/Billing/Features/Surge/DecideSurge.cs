using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Surge;

/// <summary>An operator decides whether and how far the prices of a class in a city follow demand. Off takes effect with the next look of every copy.</summary>
internal static class DecideSurge
{
    const int UsualMost = 20_000;

    /// <summary>One writer at a time for one line of versions, on whichever copy.</summary>
    const string Lock = "select pg_advisory_xact_lock(hashtextextended('surge-rule:' || @CityId || ':' || @VehicleClass, 0))";

    const string Insert = """
        insert into billing.surge_rules (city_id, vehicle_class, version, is_on, least_basis_points, most_basis_points, reason, decided_by, decided_at)
        select @CityId, @VehicleClass, coalesce(max(version), 0) + 1, @IsOn, @Least, @Most, @Reason, @Operator, @Now
        from   billing.surge_rules
        where  (city_id, vehicle_class) = (@CityId, @VehicleClass)
        returning city_id, vehicle_class, version, is_on, least_basis_points, most_basis_points, reason, decided_by, decided_at
        """;

    /// <param name="LeastBasisPoints">10 000, no floor, when absent.</param>
    /// <param name="MostBasisPoints">20 000, twice the price, when absent.</param>
    internal sealed record Request(
        string CityId, VehicleClass VehicleClass, bool On, string Reason, int LeastBasisPoints = SurgeFormula.Neutral, int MostBasisPoints = UsualMost);

    public static async Task<Results<Created<SurgeRuleView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction transaction, Cities cities, CityClock clock, IOptions<SurgeOptions> options, CancellationToken ct)
    {
        if (Refuse(request, cities, options.Value) is { } problem) return problem.ToHttp();

        var line = new { request.CityId, VehicleClass = request.VehicleClass.ToString() };
        await transaction.Execute(Lock, line, ct);
        var decided = await transaction.Find<SurgeRule>(Insert, Row(request, user.Id, clock.GetUtcNow()), ct);
        return TypedResults.Created($"/v1/ops/surge-rules?cityId={request.CityId}", SurgeRuleView.Of(decided!));
    }

    static Problem? Refuse(Request request, Cities cities, SurgeOptions options) =>
        cities.Find(request.CityId) is not { } city ? Problem.Invalid("cityId", "There is no such city.")
        : !city.VehicleClasses.Contains(request.VehicleClass) ? Problem.Invalid("vehicleClass", "The city has no such class.")
        : request.Reason is not { Length: > 0 and <= 500 } ? BillingProblems.ReasonInvalid
        : !IsMultiplier(request.MostBasisPoints, options)
            ? Problem.Invalid("mostBasisPoints", $"From 10 000 to {options.MostBasisPoints}, in steps of {SurgeOptions.Step}.")
        : !IsMultiplier(request.LeastBasisPoints, options) || request.LeastBasisPoints > request.MostBasisPoints
            ? Problem.Invalid("leastBasisPoints", $"From 10 000 to the most, in steps of {SurgeOptions.Step}.")
        : null;

    static bool IsMultiplier(int basisPoints, SurgeOptions options) =>
        basisPoints >= SurgeFormula.Neutral && basisPoints <= options.MostBasisPoints && basisPoints % SurgeOptions.Step == 0;

    static object Row(Request request, Guid by, DateTimeOffset now) => new
    {
        request.CityId,
        VehicleClass = request.VehicleClass.ToString(),
        IsOn = request.On,
        Least = request.LeastBasisPoints,
        Most = request.MostBasisPoints,
        request.Reason,
        Operator = by,
        Now = now,
    };
}

/// <summary>One decision.</summary>
/// <param name="DecidedAt">City time.</param>
internal sealed record SurgeRuleView(
    string CityId, VehicleClass VehicleClass, int Version, bool On, int LeastBasisPoints, int MostBasisPoints, string Reason, Guid DecidedBy,
    DateTimeOffset DecidedAt)
{
    public static SurgeRuleView Of(SurgeRule rule) => new(
        rule.CityId, rule.VehicleClass, rule.Version, rule.IsOn, rule.LeastBasisPoints, rule.MostBasisPoints, rule.Reason, rule.DecidedBy, rule.DecidedAt);
}
