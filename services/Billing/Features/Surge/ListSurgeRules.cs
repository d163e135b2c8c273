using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Surge;

/// <summary>What operators decided about the surge of a city, newest first; the first of each class holds.</summary>
internal static class ListSurgeRules
{
    const int LongestPage = 100;

    const string OfCity = SurgeRule.Columns + """
        where    city_id = @CityId and (@Version is null or (version, vehicle_class) < (@Version, @VehicleClass))
        order by version desc, vehicle_class desc
        limit    @Limit
        """;

    public static async Task<Results<Ok<SurgeRulesView>, ProblemHttpResult>> Handle(
        string cityId, string? cursor, int? limit, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();
        if (!TryRead(cursor, out var version, out var vehicleClass))
        {
            return Problem.Invalid("cursor", "The cursor is the nextCursor of an earlier answer.").ToHttp();
        }

        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var rules = await database.List<SurgeRule>(OfCity, new { CityId = cityId, Version = version, VehicleClass = vehicleClass, Limit = page }, ct);
        return TypedResults.Ok(new SurgeRulesView(
            [.. rules.Select(SurgeRuleView.Of)], rules.Count == page ? $"{rules[^1].Version}.{rules[^1].VehicleClass}" : null));
    }

    static bool TryRead(string? cursor, out int? version, out string? vehicleClass)
    {
        (version, vehicleClass) = (null, null);
        if (cursor is null) return true;
        if (cursor.Split('.') is not [var number, var name] || !int.TryParse(number, out var last) || !Enum.TryParse<VehicleClass>(name, out _)) return false;

        (version, vehicleClass) = (last, name);
        return true;
    }
}

/// <summary>A page of them.</summary>
/// <param name="NextCursor">For the next page; absent on the last.</param>
internal sealed record SurgeRulesView(IReadOnlyList<SurgeRuleView> Rules, string? NextCursor);
