using System.Text.Json.Serialization;
using Tumpang.Contracts;

namespace Tumpang.Matching;

/// <summary>
/// The life of an offer:
/// <code>
/// Open → Accepted → (Withdrawn, when the passenger does not confirm)
///   ├──→ Declined | Expired | Withdrawn
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<OfferStatus>))]
public enum OfferStatus { Open, Accepted, Declined, Expired, Withdrawn }

/// <summary>Why an offer ended through no act of its driver.</summary>
public enum WithdrawnBecause { AnotherDriverAccepted, DropOffChanged, PassengerCancelled, PassengerRefused, PassengerSilent, DriverWentOffline, DriverSuspended }

/// <summary>One driver asked to take one request, as stored.</summary>
/// <param name="PickupDistanceMetres">Straight line from the driver to the pickup when the offer was made.</param>
/// <param name="Broadcast">Others are asked at the same time.</param>
/// <param name="ExpiresAt">City time; an answer at this instant is too late.</param>
/// <param name="AfterRideId">The ride that the driver was still on when the offer was made.</param>
sealed record Offer(
    Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId, double DriverLatitude, double DriverLongitude,
    int PickupDistanceMetres, bool Broadcast, OfferStatus Status, DateTimeOffset MadeAt, DateTimeOffset ExpiresAt, Guid? AfterRideId)
{
    public const string Columns = """
        offer_id, ride_request_id, passenger_id, driver_id,
        st_y(driver_position::geometry) as driver_latitude, st_x(driver_position::geometry) as driver_longitude,
        pickup_distance_metres, broadcast, status, made_at, expires_at, after_ride_id
        """;

    public GeoPoint DriverPosition => new(DriverLatitude, DriverLongitude);
}
