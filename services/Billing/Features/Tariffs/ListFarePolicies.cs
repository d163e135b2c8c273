using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Tariffs;

/// <summary>The tariffs of a city with their history, for operators: newest versions first.</summary>
internal static class ListFarePolicies
{
    const int LongestPage = 100;

    const string OfCity = PolicyRow.Columns + """

        where    city_id = @CityId and (@VehicleClass is null or vehicle_class = @VehicleClass) and (@Version is null or (version, policy_id) < (@Version, @PolicyId))
        order by version desc, policy_id desc
        limit    @Limit
        """;

    public static async Task<Results<Ok<FarePoliciesView>, ProblemHttpResult>> Handle(
        string cityId, VehicleClass? vehicleClass, string? cursor, int? limit, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();
        if (!TryRead(cursor, out var version, out var policyId)) return Problem.Invalid("cursor", "The cursor is the nextCursor of an earlier answer.").ToHttp();

        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var rows = await database.List<PolicyRow>(
            OfCity, new { CityId = cityId, VehicleClass = vehicleClass?.ToString(), Version = version, PolicyId = policyId, Limit = page }, ct);
        return TypedResults.Ok(new FarePoliciesView(
            [.. rows.Select(row => FarePolicyView.Of(row.ToPolicy()))], rows.Count == page ? $"{rows[^1].Version}.{rows[^1].PolicyId}" : null));
    }

    static bool TryRead(string? cursor, out int? version, out Guid policyId)
    {
        (version, policyId) = (null, Guid.Empty);
        if (cursor is null) return true;
        if (cursor.Split('.') is not [var number, var id] || !int.TryParse(number, out var last) || !Guid.TryParse(id, out policyId)) return false;

        version = last;
        return true;
    }
}

/// <summary>A page of them.</summary>
/// <param name="NextCursor">For the next page; absent on the last.</param>
internal sealed record FarePoliciesView(IReadOnlyList<FarePolicyView> Policies, string? NextCursor);
