using Tumpang.Locations.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>Every verb and path of location.</summary>
static class LocationRoutes
{
    public static void MapLocationRoutes(this WebApplication app)
    {
        var v1 = app.MapGroup("/v1").WithTags("Location").RequireAuthorization();
        v1.MapPost("/positions", ReportPositions.Handle).RequireAuthorization(Policies.Driver).UnderPressure();
        v1.MapPut("/me/availability", SetAvailability.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        v1.MapGet("/me/queue", GetQueuePlace.Handle).RequireAuthorization(Policies.Driver);
        v1.MapGet("/drivers/nearby", ListNearbyDrivers.Handle);
        v1.MapGet("/routes", GetRoute.Handle);
        v1.MapGet("/rides/{rideId:guid}/track", GetRideTrack.Handle);
        v1.MapGet("/zones", FindZones.Handle);

        var zones = app.MapGroup("/v1/ops/zones").WithTags("Operators").RequireAuthorization(Policies.Operator);
        zones.MapGet("/", ListZones.Handle);
        zones.MapGet("/{zoneId:guid}", GetZone.Handle);
        zones.MapGet("/{zoneId:guid}/queue", ListQueue.Handle);
        zones.MapPut("/{zoneId:guid}", DrawZone.Handle).Idempotent();
        zones.MapDelete("/{zoneId:guid}", RemoveZone.Handle).Idempotent();

        app.MapPost("/internal/nearby", FindNearbyDrivers.Handle).RequireServiceKey("match");
        app.MapGet("/internal/free-drivers", CountFreeDrivers.Handle).RequireServiceKey("billing");
        app.MapPost("/internal/positions", ReportPositionsOfMany.Handle).RequireServiceKey("realtime").UnderPressure();
    }
}
