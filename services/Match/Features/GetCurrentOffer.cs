using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>What a driver's app asks after a drop: is there an offer to answer, or an acceptance that waits for the passenger?</summary>
static class GetCurrentOffer
{
    const string Find = """
        select o.offer_id, o.ride_request_id, o.status,
               st_y(r.pickup::geometry) as pickup_latitude, st_x(r.pickup::geometry) as pickup_longitude,
               st_y(r.drop_off::geometry) as drop_off_latitude, st_x(r.drop_off::geometry) as drop_off_longitude,
               o.pickup_distance_metres, r.quoted_fare_minor_units, r.quoted_fare_currency, o.expires_at, r.pickup_at, r.tip_minor_units, o.after_ride_id,
               r.stops as stops_json
        from   match.offers o join match.ride_requests r using (ride_request_id)
        where  o.driver_id = @DriverId
        and    ((o.status = 'Open' and o.expires_at > @Now)
                or (o.status = 'Accepted' and r.offer_id = o.offer_id and r.status = 'AwaitingPassenger'))
        """;

    /// <param name="PickupDistanceMetres">Straight line to the pickup when the offer was made.</param>
    /// <param name="ExpiresAt">City time.</param>
    /// <param name="PickupAt">When the passenger wants to be picked up, city time; absent for at once.</param>
    /// <param name="Tip">What the passenger promises on top of the fare; absent for nothing.</param>
    /// <param name="AfterRideId">The ride that the driver must end first; absent for a driver who is free.</param>
    /// <param name="Stops">Places on the way, in order; absent for none.</param>
    public sealed record View(
        Guid OfferId, Guid RideRequestId, OfferStatus Status, GeoPoint Pickup, GeoPoint DropOff, int PickupDistanceMetres, Money Fare,
        DateTimeOffset ExpiresAt, DateTimeOffset? PickupAt, Money? Tip, Guid? AfterRideId, IReadOnlyList<GeoPoint>? Stops);

    public static async Task<Results<Ok<View>, ProblemHttpResult>> Handle(CurrentUser user, Database database, CityClock clock, CancellationToken ct) =>
        await database.Find<Row>(Find, new { DriverId = user.Id, Now = clock.GetUtcNow() }, ct) is { } offer
            ? TypedResults.Ok(offer.View)
            : MatchProblems.NoSuchOffer.ToHttp();

    sealed record Row(
        Guid OfferId, Guid RideRequestId, OfferStatus Status, double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude,
        int PickupDistanceMetres, long QuotedFareMinorUnits, string QuotedFareCurrency, DateTimeOffset ExpiresAt,
        DateTimeOffset? PickupAt, long TipMinorUnits, Guid? AfterRideId, string? StopsJson)
    {
        public View View => new(
            OfferId, RideRequestId, Status, new(PickupLatitude, PickupLongitude), new(DropOffLatitude, DropOffLongitude),
            PickupDistanceMetres, new(QuotedFareMinorUnits, QuotedFareCurrency), ExpiresAt, PickupAt,
            TipMinorUnits == 0 ? null : new(TipMinorUnits, QuotedFareCurrency), AfterRideId, StopsColumn.Read(StopsJson));
    }
}
