using Tumpang.Rides.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>Every door of ride.</summary>
static class RideRoutes
{
    public static void MapRideRoutes(this IEndpointRouteBuilder app)
    {
        var rides = app.MapGroup("/v1/rides").WithTags("Rides").RequireAuthorization();

        rides.MapGet("/", ListRides.Handle);
        rides.MapGet("/current", GetCurrentRide.Handle);
        rides.MapGet("/{rideId:guid}", GetRide.Handle);
        rides.MapGet("/{rideId:guid}/pin", GetStartPin.Handle);
        rides.MapPost("/{rideId:guid}/pin", RenewStartPin.Handle).Idempotent();

        rides.MapPost("/{rideId:guid}/arrive", ArriveAtPickup.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/start", StartRide.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/stops/{number:int}/arrive", ReachStop.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/stops/{number:int}/leave", LeaveStop.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/reroute", RerouteRide.Handle).Idempotent();
        rides.MapPost("/{rideId:guid}/complete", CompleteRide.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/cancel", CancelRide.Handle).Idempotent();
        rides.MapGet("/{rideId:guid}/cancellation", GetCancellation.Handle);
        rides.MapPost("/{rideId:guid}/rating", RateRide.Handle).Idempotent();

        rides.MapPost("/{rideId:guid}/share", ShareRide.Handle);
        rides.MapDelete("/{rideId:guid}/share", StopSharingRide.Handle).Idempotent();
        app.MapGet("/v1/shared-rides/{token}", GetSharedRide.Handle).WithTags("Rides").AllowAnonymous();

        rides.MapPost("/{rideId:guid}/sos", RaiseSos.Handle).Idempotent();
        var alerts = app.MapGroup("/v1/ops/sos").WithTags("Operators").RequireAuthorization(Policies.Operator);
        alerts.MapGet("/", ListSos.Handle);
        alerts.MapGet("/{alertId:guid}", GetSos.Handle);
        alerts.MapPost("/{alertId:guid}/acknowledge", AcknowledgeSos.Handle).Idempotent();
        alerts.MapPost("/{alertId:guid}/close", CloseSos.Handle).Idempotent();

        rides.MapGet("/{rideId:guid}/cases", ListOwnCases.Handle);
        rides.MapPost("/{rideId:guid}/cases", OpenCase.Handle).Idempotent();
        var cases = app.MapGroup("/v1/ops/cases").WithTags("Operators").RequireAuthorization(Policies.Operator);
        cases.MapGet("/", ListCases.Handle);
        cases.MapGet("/{caseId:guid}", GetCase.Handle);
        cases.MapPost("/{caseId:guid}/close", CloseCase.Handle).Idempotent();

        app.MapGroup("/v1/me/rating").WithTags("Rides").RequireAuthorization().MapGet("/", GetMyRating.Handle);

        app.MapGroup("/v1/me/driver-day").WithTags("Rides").RequireAuthorization(Policies.Driver).MapGet("/", GetDriverDay.Handle);

        var reads = app.MapGroup("/v1/ops").WithTags("Operators").RequireAuthorization(Policies.Operator);
        reads.MapGet("/rides", ListRides.HandleOperator);
        reads.MapGet("/rides/silent", ListSilentRides.Handle);
        reads.MapGet("/driver-day", GetDriverDay.HandleOperator);

        var favourites = app.MapGroup("/v1/me/favourite-drivers").WithTags("Rides").RequireAuthorization();
        favourites.MapGet("/", ListFavouriteDrivers.Handle);
        favourites.MapPut("/{driverId:guid}", AddFavouriteDriver.Handle).Idempotent();
        favourites.MapDelete("/{driverId:guid}", RemoveFavouriteDriver.Handle).Idempotent();
    }
}
