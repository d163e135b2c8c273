using Tumpang.Matching.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>Every door of match.</summary>
static class MatchRoutes
{
    public static void MapMatchRoutes(this IEndpointRouteBuilder app)
    {
        var requests = app.MapGroup("/v1/ride-requests").WithTags("Ride requests").RequireAuthorization();
        requests.MapPost("/", RequestRide.Handle).Idempotent();
        requests.MapGet("/scheduled", ListScheduledRequests.Handle);
        requests.MapGet("/current", GetCurrentRideRequest.Handle);
        requests.MapGet("/{rideRequestId:guid}", GetRideRequest.Handle);
        requests.MapPost("/{rideRequestId:guid}/cancel", CancelRideRequest.Handle).Idempotent();
        requests.MapPost("/{rideRequestId:guid}/drop-off", ChangeDropOff.Handle).Idempotent();
        requests.MapPost("/{rideRequestId:guid}/tip", RaiseTip.Handle).Idempotent();
        requests.MapPost("/{rideRequestId:guid}/confirm", ConfirmDriver.Handle).Idempotent();

        app.MapGroup("/v1/ops/requests").WithTags("Operators").RequireAuthorization(Policies.Operator)
            .MapGet("/{rideRequestId:guid}/explain", ExplainRequest.Handle);

        app.MapGroup("/v1/demand").WithTags("Driving").RequireAuthorization(Policies.Driver).MapGet("/", ShowDemand.Handle);

        var destination = app.MapGroup("/v1/me/destination").WithTags("Driving").RequireAuthorization(Policies.Driver);
        destination.MapGet("/", GetDestination.Handle);
        destination.MapPut("/", SetDestination.Handle).Idempotent();
        destination.MapDelete("/", ClearDestination.Handle).Idempotent();

        var offers = app.MapGroup("/v1/offers").WithTags("Offers").RequireAuthorization(Policies.Driver);
        offers.MapGet("/current", GetCurrentOffer.Handle);
        offers.MapPost("/{offerId:guid}/accept", AcceptOffer.Handle).Idempotent();
        offers.MapPost("/{offerId:guid}/decline", DeclineOffer.Handle).Idempotent();

        app.MapGet("/internal/waiting", CountWaiting.Handle).RequireServiceKey("billing");
    }
}
