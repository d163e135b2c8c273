using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>The heat map: where passengers ask for rides, for a driver who looks for work.</summary>
static class ShowDemand
{
    public static Results<Ok<Answer>, ProblemHttpResult> Handle(string cityId, DemandMap demand, Cities cities, VehicleClass vehicleClass = VehicleClass.Standard)
    {
        if (cities.Find(cityId) is null) return MatchProblems.NoSuchCity.ToHttp();

        var (at, cells) = demand.Of(cityId, vehicleClass);
        return TypedResults.Ok(new Answer(MapCell.Degrees, (int)DemandMap.Lately.TotalSeconds, at, cells));
    }

    /// <param name="CellDegrees">How high and wide a cell is.</param>
    /// <param name="WithinSeconds">How long ago the oldest of the requests was made, city time.</param>
    /// <param name="CountedAt">City time.</param>
    /// <param name="Cells">At most 1 000, the busiest first; where nobody asked there is none.</param>
    public sealed record Answer(double CellDegrees, int WithinSeconds, DateTimeOffset CountedAt, IReadOnlyList<DemandCell> Cells);
}
