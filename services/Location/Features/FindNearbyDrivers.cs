using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// match looks for drivers around a pickup: available, of the class, heard of lately. At an airport or a station those in its queue come first, in its order;
/// everybody else follows, the nearest first. Elsewhere the answer is in memory, or one script of Redis away, and Postgres is not asked.
/// </summary>
static class FindNearbyDrivers
{
    public static async Task<IResult> Handle(Request request, PositionPool pool, DriverQueues queues, IOptions<LocationOptions> options, CancellationToken ct)
    {
        if (!request.Pickup.IsValid) return LocationProblems.InvalidPosition.ToHttp();

        ct.ThrowIfCancellationRequested();
        var (limit, exclude) = (Math.Clamp(request.Limit, 1, options.Value.MaxNearby), request.Exclude ?? []);
        var queued = queues.At(request.CityId, request.Pickup) is { } zone
            ? await queues.First(zone, request.VehicleClass, request.Pickup, limit, exclude, ct)
            : [];
        if (queued.Count == limit) return TypedResults.Ok(new Answer(queued));

        var near = await pool.Nearby(
            request.CityId, request.VehicleClass, request.Pickup, Math.Clamp(request.RadiusMetres, 1, options.Value.MaxRadiusMetres), limit - queued.Count,
            [.. exclude, .. queued.Select(driver => driver.DriverId)]);
        return TypedResults.Ok(new Answer([.. queued, .. near]));
    }

    /// <param name="RadiusMetres">1 to 20 000; larger ones are cut. Drivers in a queue count wherever in its zone they are.</param>
    /// <param name="Limit">1 to 200; larger ones are cut.</param>
    public sealed record Request(
        GeoPoint Pickup, string CityId, VehicleClass VehicleClass, double RadiusMetres, int Limit, IReadOnlyList<Guid>? Exclude = null);

    public sealed record Answer(IReadOnlyList<NearbyDriver> Drivers);
}
