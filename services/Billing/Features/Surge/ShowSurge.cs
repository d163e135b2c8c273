using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Features.Surge;

/// <summary>The heat map of prices: where they are raised now, for whoever drives or wants to ride. From memory, whoever looks.</summary>
internal static class ShowSurge
{
    const int CellsPerAnswer = 1_000;

    public static Results<Ok<SurgeView>, ProblemHttpResult> Handle(
        string cityId, SurgeInForce surge, ZonesInForce zones, Cities cities, VehicleClass vehicleClass = VehicleClass.Standard)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();
        if (!zones.AreLoaded) return BillingProblems.Starting.ToHttp();

        var map = surge.Now;
        return TypedResults.Ok(map.RuleOf(cityId, vehicleClass) is { } rule
            ? new SurgeView(On: true, MapCell.Degrees, map.Round, rule.LeastBasisPoints, Raised(map, rule, zones.Now))
            : new SurgeView(On: false, MapCell.Degrees, map.Round, SurgeFormula.Neutral, []));
    }

    static IReadOnlyList<SurgeCell> Raised(SurgeMap map, SurgeRule rule, ZoneIndex zones) =>
    [
        .. map.Of(rule.CityId, rule.VehicleClass)
            .Where(cell => zones.MaySurge(rule.CityId, cell.Key.SouthWest, cell.Key.NorthEast))
            .Select(cell => SurgeCell.Of(cell.Key, rule.Bound(cell.Value)))
            .Where(cell => cell.MultiplierBasisPoints > rule.LeastBasisPoints)
            .OrderByDescending(cell => cell.MultiplierBasisPoints).ThenBy(cell => cell.South).ThenBy(cell => cell.West)
            .Take(CellsPerAnswer),
    ];
}

/// <summary>Where prices are raised.</summary>
/// <param name="On">False where the prices of this class do not follow demand.</param>
/// <param name="CellDegrees">How high and wide a cell is.</param>
/// <param name="Round">Rises with every recomputation.</param>
/// <param name="ElsewhereBasisPoints">The multiplier in all other cells, in surge zones where there are any: 10 000 for the price as ever.</param>
/// <param name="Cells">At most 1 000, the highest first.</param>
internal sealed record SurgeView(bool On, double CellDegrees, long Round, int ElsewhereBasisPoints, IReadOnlyList<SurgeCell> Cells);

/// <summary>A cell with a raised price.</summary>
/// <param name="South">Its southern edge, degrees.</param>
/// <param name="West">Its western edge, degrees.</param>
/// <param name="MultiplierBasisPoints">13 000 for 1.3 times the price of the trip.</param>
internal sealed record SurgeCell(double South, double West, int MultiplierBasisPoints)
{
    public static SurgeCell Of(MapCell cell, int multiplierBasisPoints) => new(cell.SouthWest.Latitude, cell.SouthWest.Longitude, multiplierBasisPoints);
}
