using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// The cars on a passenger's map: a few, without ids, each moved to the corner of a grid of about 100 m, so that nobody can follow a driver
/// home and no number of questions gives a better position.
/// </summary>
static class ListNearbyDrivers
{
    const double RadiusMetres = 3_000;
    const int Decimals = 3;

    public static async Task<IResult> Handle(
        double latitude, double longitude, VehicleClass vehicleClass, PositionPool pool, Cities cities, int limit = Limits.DriversShown)
    {
        var around = new GeoPoint(latitude, longitude);
        if (!around.IsValid) return LocationProblems.InvalidPosition.ToHttp();
        if (cities.At(around) is not { } city) return LocationProblems.OutsideServiceArea("latitude").ToHttp();

        var drivers = await pool.Nearby(city.Id, vehicleClass, around, RadiusMetres, Math.Clamp(limit, 1, Limits.DriversShown), []);
        return TypedResults.Ok(new Answer([.. drivers.Select(driver => new Car(Blur(driver.Position)))]));
    }

    static GeoPoint Blur(GeoPoint position) => new(Math.Round(position.Latitude, Decimals), Math.Round(position.Longitude, Decimals));

    public sealed record Answer(IReadOnlyList<Car> Drivers);

    public sealed record Car(GeoPoint Position);
}
