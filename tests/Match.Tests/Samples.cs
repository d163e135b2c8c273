using Tumpang.Contracts;

namespace Tumpang.Matching.Tests;

/// <summary>Requests and offers for the tests of pure rules.</summary>
static class Samples
{
    public static readonly DateTimeOffset Now = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    public static RideRequest Request(RideRequestStatus status) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "nyc", VehicleClass.Standard, 40.75, -73.98, 40.72, -74.00, Guid.CreateVersion7(), 1_250, "USD",
        Guid.CreateVersion7(), PaymentMethodKind.Card, status, Now.AddMinutes(-1), Now.AddMinutes(2), null, null,
        status is RideRequestStatus.Matched or RideRequestStatus.AwaitingPassenger ? Guid.CreateVersion7() : null,
        status is RideRequestStatus.AwaitingPassenger ? Now.AddSeconds(30) : null, PickupAt: null, DropOffChanges: 0, TipMinorUnits: 0, TipRaises: 0, Version: 3);

    public static Offer OfferOf(RideRequest request, OfferStatus status = OfferStatus.Open, int secondsLeft = 10) => new(
        Guid.CreateVersion7(), request.RideRequestId, request.PassengerId, Guid.CreateVersion7(), 40.751, -73.981, 140, Broadcast: false, status,
        Now.AddSeconds(secondsLeft - 15), Now.AddSeconds(secondsLeft), AfterRideId: null);

    public static RideCancelled CancelOf(RideRequest request, Party by, RideStatus cancelledIn, string reason = "changed-mind") => new(
        request.RideId ?? Guid.CreateVersion7(), request.RideRequestId, request.PassengerId, Guid.CreateVersion7(), by, reason, cancelledIn, Now,
        request.QuoteId, request.Payment)
    {
        OccurredAt = Now,
        Version = 2,
    };
}
