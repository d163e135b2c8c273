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

        rides.MapPost("/{rideId:guid}/arrive", ArriveAtPickup.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/start", StartRide.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/complete", CompleteRide.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        rides.MapPost("/{rideId:guid}/cancel", CancelRide.Handle).Idempotent();
        rides.MapGet("/{rideId:guid}/cancellation", GetCancellation.Handle);
        rides.MapPost("/{rideId:guid}/rating", RateRide.Handle).Idempotent();

        rides.MapPost("/{rideId:guid}/share", ShareRide.Handle);
        rides.MapDelete("/{rideId:guid}/share", StopSharingRide.Handle).Idempotent();
        app.MapGet("/v1/shared-rides/{token}", GetSharedRide.Handle).WithTags("Rides").AllowAnonymous();

        app.MapGroup("/v1/me/rating").WithTags("Rides").RequireAuthorization().MapGet("/", GetMyRating.Handle);

        var favourites = app.MapGroup("/v1/me/favourite-drivers").WithTags("Rides").RequireAuthorization();
        favourites.MapGet("/", ListFavouriteDrivers.Handle);
        favourites.MapPut("/{driverId:guid}", AddFavouriteDriver.Handle).Idempotent();
        favourites.MapDelete("/{driverId:guid}", RemoveFavouriteDriver.Handle).Idempotent();
    }
}
