using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>billing asks how many drivers could be offered a ride, cell by cell, where prices follow demand: a few pages of Redis, twice a minute.</summary>
static class CountFreeDrivers
{
    public static async Task<IResult> Handle(string cityId, PositionPool pool, Cities cities)
    {
        if (cities.Find(cityId) is not { } city) return Problem.NotFound("city").ToHttp();

        var cells = new List<CellCount>();
        foreach (var vehicleClass in city.VehicleClasses)
        {
            var places = await pool.All(city.Id, vehicleClass);
            cells.AddRange(places.CountBy(MapCell.Of).Select(cell => new CellCount(vehicleClass, cell.Key, cell.Value)));
        }

        return TypedResults.Ok(new CellCounts(cells));
    }
}
