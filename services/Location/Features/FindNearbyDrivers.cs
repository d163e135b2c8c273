using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>match looks for drivers around a pickup: available, of the class, heard of lately, nearest first. One script, whatever the answer.</summary>
static class FindNearbyDrivers
{
    public static async Task<IResult> Handle(Request request, PositionPool pool, IOptions<LocationOptions> options, CancellationToken ct)
    {
        if (!request.Pickup.IsValid) return LocationProblems.InvalidPosition.ToHttp();

        ct.ThrowIfCancellationRequested();
        var drivers = await pool.Nearby(
            request.CityId, request.VehicleClass, request.Pickup, Math.Clamp(request.RadiusMetres, 1, options.Value.MaxRadiusMetres),
            Math.Clamp(request.Limit, 1, options.Value.MaxNearby), request.Exclude ?? []);
        return TypedResults.Ok(new Answer(drivers));
    }

    /// <param name="RadiusMetres">1 to 20 000; larger ones are cut.</param>
    /// <param name="Limit">1 to 200; larger ones are cut.</param>
    public sealed record Request(
        GeoPoint Pickup, string CityId, VehicleClass VehicleClass, double RadiusMetres, int Limit, IReadOnlyList<Guid>? Exclude = null);

    public sealed record Answer(IReadOnlyList<NearbyDriver> Drivers);
}
