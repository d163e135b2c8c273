using Tumpang.Contracts;

namespace Tumpang.Matching;

/// <summary>A ride request as its passenger sees it.</summary>
/// <param name="SearchEndsAt">When the search gives up, city time.</param>
/// <param name="DriverId">The driver who accepted, once there is one.</param>
/// <param name="RideId">The ride, once both sides agreed.</param>
/// <param name="PickupAt">When the passenger wants to be picked up, city time; absent for at once.</param>
/// <param name="Tip">What the driver is promised on top of the fare; absent for nothing.</param>
/// <param name="Stops">Places on the way, in order; absent for none.</param>
/// <param name="ConfirmBy">Until when the passenger may accept or refuse the driver, while the request is AwaitingPassenger.</param>
public sealed record RideRequestView(
    Guid RideRequestId, RideRequestStatus Status, string CityId, VehicleClass VehicleClass, GeoPoint Pickup, GeoPoint DropOff, Money Fare, Guid QuoteId,
    PaymentChoice Payment, DateTimeOffset RequestedAt, DateTimeOffset SearchEndsAt, Guid? DriverId, Guid? RideId, DateTimeOffset? ConfirmBy,
    DateTimeOffset? PickupAt, Money? Tip = null, IReadOnlyList<GeoPoint>? Stops = null)
{
    internal static RideRequestView Of(RideRequest request) => new(
        request.RideRequestId, request.Status, request.CityId, request.VehicleClass, request.Pickup, request.DropOff, request.QuotedFare, request.QuoteId,
        request.Payment, request.RequestedAt, request.SearchEndsAt, request.DriverId,
        request.Status is RideRequestStatus.Matched ? request.RideId : null, request.ConfirmBy, request.PickupAt, request.Tip, request.Stops);
}
