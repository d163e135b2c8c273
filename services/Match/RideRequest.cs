using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>
/// The life of a ride request:
/// <code>
/// (Scheduled →) Searching ⇄ Offered → Matched → (Searching, when the driver cancels before the ride began)
///     │          └→ AwaitingPassenger → Matched | Searching
///     ├→ NoDriverFound
///     └→ Cancelled (also from Offered and AwaitingPassenger)
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<RideRequestStatus>))]
public enum RideRequestStatus { Scheduled, Searching, Offered, AwaitingPassenger, Matched, Cancelled, NoDriverFound }

/// <summary>
/// A passenger's wish for a ride, as stored, with the rules of what may happen to it. The rules touch nothing: they say what happened, or why not.
/// </summary>
/// <param name="RequestedAt">First time of asking, city time; a driver's cancel does not reset it. Of a scheduled ride, when its search began.</param>
/// <param name="SearchEndsAt">When the search gives up, city time.</param>
/// <param name="OfferId">The accepted offer, once there is one.</param>
/// <param name="RideId">Minted at acceptance.</param>
/// <param name="ConfirmBy">Until when the passenger may confirm the driver.</param>
/// <param name="PickupAt">When the passenger wants to be picked up, city time; null for at once.</param>
/// <param name="DropOffChanges">How often the passenger has changed the drop-off.</param>
/// <param name="TipMinorUnits">Promised to the driver on top of the fare, in its currency.</param>
/// <param name="TipRaises">How often the passenger has raised it.</param>
/// <param name="StopsJson">Places on the way as they are stored; null for none.</param>
/// <param name="Version">Events so far; each event of the request carries the next number.</param>
sealed record RideRequest(
    Guid RideRequestId, Guid PassengerId, string CityId, VehicleClass VehicleClass,
    double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude,
    Guid QuoteId, long QuotedFareMinorUnits, string QuotedFareCurrency, Guid PaymentMethodId, PaymentMethodKind PaymentMethodKind,
    RideRequestStatus Status, DateTimeOffset RequestedAt, DateTimeOffset SearchEndsAt,
    Guid? OfferId, Guid? DriverId, Guid? RideId, DateTimeOffset? ConfirmBy, DateTimeOffset? PickupAt, short DropOffChanges,
    long TipMinorUnits, short TipRaises, long Version, string? StopsJson = null)
{
    public const string Columns = """
        ride_request_id, passenger_id, city_id, vehicle_class,
        st_y(pickup::geometry) as pickup_latitude, st_x(pickup::geometry) as pickup_longitude,
        st_y(drop_off::geometry) as drop_off_latitude, st_x(drop_off::geometry) as drop_off_longitude,
        quote_id, quoted_fare_minor_units, quoted_fare_currency, payment_method_id, payment_method_kind,
        status, requested_at, search_ends_at, offer_id, driver_id, ride_id, confirm_by, pickup_at, drop_off_changes,
        tip_minor_units, tip_raises, version, stops as stops_json
        """;

    /// <summary>Every change takes offers back from drivers who think about them; further ones need a new request.</summary>
    public const int MaxDropOffChanges = 5;

    /// <summary>Every raise may ask drivers again who said no before.</summary>
    public const int MaxTipRaises = 3;

    public GeoPoint Pickup => new(PickupLatitude, PickupLongitude);

    public GeoPoint DropOff => new(DropOffLatitude, DropOffLongitude);

    /// <summary>Places on the way, in order; null for none.</summary>
    public IReadOnlyList<GeoPoint>? Stops => StopsColumn.Read(StopsJson);

    public Money QuotedFare => new(QuotedFareMinorUnits, QuotedFareCurrency);

    /// <summary>What the driver gets on top of the fare; null for nothing.</summary>
    public Money? Tip => TipMinorUnits == 0 ? null : new(TipMinorUnits, QuotedFareCurrency);

    public PaymentChoice Payment => new(PaymentMethodId, PaymentMethodKind);

    public Zone Zone => new(CityId, VehicleClass);

    /// <summary>The passenger gives up. Possible until both sides have agreed; from then on the ride must be cancelled.</summary>
    public Decision<RideRequestCancelled> Cancel(DateTimeOffset now) => Status switch
    {
        RideRequestStatus.Matched => MatchProblems.AlreadyMatched(RideId),
        RideRequestStatus.Cancelled or RideRequestStatus.NoDriverFound => MatchProblems.NotSearching(Status),
        _ => new RideRequestCancelled(RideRequestId, PassengerId, QuoteId) { OccurredAt = now, Version = Version + 1 },
    };

    /// <summary>Why another quote cannot take the place of the first; null when it can. Until a driver has accepted, only the drop-off may differ.</summary>
    public Problem? WhyNotChangeTo(Quote quote) => Status switch
    {
        RideRequestStatus.Matched => MatchProblems.AlreadyMatched(RideId),
        not (RideRequestStatus.Scheduled or RideRequestStatus.Searching or RideRequestStatus.Offered) => MatchProblems.NotSearching(Status),
        _ when (quote.CityId, quote.VehicleClass, quote.Pickup, quote.PickupAt) != (CityId, VehicleClass, Pickup, PickupAt) => MatchProblems.QuoteForAnotherRide,
        _ when quote.QuoteId == QuoteId => MatchProblems.QuoteUsed,
        _ when DropOffChanges >= MaxDropOffChanges => MatchProblems.TooManyChanges,
        _ => null,
    };

    /// <summary>The passenger goes elsewhere, under another quote.</summary>
    public DropOffChanged ChangedTo(Quote quote, string quoteToken, DateTimeOffset now, long version) =>
        new(RideRequestId, PassengerId, CityId, VehicleClass, quote.DropOff, quote.QuoteId, quoteToken, quote.Fare, QuoteId) { OccurredAt = now, Version = version };

    /// <summary>The passenger promises more. Possible until a driver has accepted; less than was promised before would deceive drivers who think about it.</summary>
    /// <param name="highestPercent">Of the quoted fare.</param>
    public Decision<TipRaised> RaiseTip(Money tip, int highestPercent, DateTimeOffset now) => Status switch
    {
        RideRequestStatus.Matched => MatchProblems.AlreadyMatched(RideId),
        not (RideRequestStatus.Scheduled or RideRequestStatus.Searching or RideRequestStatus.Offered) => MatchProblems.NotSearching(Status),
        _ when tip.Currency != QuotedFareCurrency => MatchProblems.TipInAnotherCurrency(QuotedFareCurrency),
        _ when tip.MinorUnits <= TipMinorUnits => MatchProblems.TipNotRaised(new(TipMinorUnits, QuotedFareCurrency)),
        _ when tip.MinorUnits > (Int128)QuotedFareMinorUnits * highestPercent / 100 => MatchProblems.TipTooHigh(highestPercent),
        _ when TipRaises >= MaxTipRaises => MatchProblems.TooManyRaises,
        _ => new TipRaised(RideRequestId, PassengerId, tip) { OccurredAt = now, Version = Version + 1 },
    };

    /// <summary>A driver takes the request. The offer must be open and in time; of several open offers the first acceptance wins.</summary>
    public Decision<OfferAccepted> Accept(Offer offer, bool passengerConfirms, DateTimeOffset now) => offer.Status switch
    {
        not OfferStatus.Open => MatchProblems.OfferNotOpen(offer.Status),
        _ when offer.ExpiresAt <= now => MatchProblems.OfferExpired,
        _ when Status is not RideRequestStatus.Offered => MatchProblems.NotSearching(Status),
        _ => new OfferAccepted(offer.OfferId, RideRequestId, PassengerId, offer.DriverId, passengerConfirms) { OccurredAt = now, Version = Version + 1 },
    };

    /// <summary>A driver does not want the request. Late is as good as in time, for either way somebody else is asked.</summary>
    public static Problem? WhyNotDecline(Offer offer) =>
        offer.Status is OfferStatus.Open ? null : MatchProblems.OfferNotOpen(offer.Status);

    /// <summary>The passenger answers about the driver who accepted; null when the answer counts.</summary>
    public Problem? WhyNotAnswer(DateTimeOffset now) => this switch
    {
        { Status: not RideRequestStatus.AwaitingPassenger } => MatchProblems.NothingToConfirm(Status),
        _ when ConfirmBy <= now => MatchProblems.ConfirmationLate,
        _ => null,
    };

    /// <summary>Both sides agree.</summary>
    /// <param name="offer">The offer that the driver accepted.</param>
    /// <param name="rideId">Minted at acceptance.</param>
    /// <param name="version">Version of the event: the acceptance may have just taken the next one.</param>
    public MatchConfirmed Confirmed(Offer offer, Guid rideId, DateTimeOffset now, long version) =>
        new(rideId, RideRequestId, offer.OfferId, PassengerId, offer.DriverId, CityId, VehicleClass,
            Pickup, DropOff, offer.DriverPosition, QuoteId, QuotedFare, Payment, Tip, offer.AfterRideId, Stops)
        {
            OccurredAt = now,
            Version = version,
        };

    /// <summary>
    /// A driver's cancel sends the passenger back into the search under the same quote. Not when the passenger is already in the
    /// vehicle, did not come, or asked for it.
    /// </summary>
    public bool ReopensAfter(RideCancelled cancelled) =>
        Status is RideRequestStatus.Matched && RideId == cancelled.RideId && cancelled is
        {
            By: Party.Driver,
            CancelledIn: RideStatus.Queued or RideStatus.DriverAssigned or RideStatus.DriverArrived,
            Reason: not (PassengerNoShow or PassengerAsked),
        };

    /// <summary>
    /// The wish as its ride last stood: after the match the passenger may have agreed to another way and its quote. Copies of ride from before that do not say.
    /// </summary>
    public RideRequest AsLastAgreed(RideCancelled cancelled) => cancelled is { DropOff: { } dropOff, QuotedFare: { } fare }
        ? this with
        {
            DropOffLatitude = dropOff.Latitude,
            DropOffLongitude = dropOff.Longitude,
            StopsJson = StopsColumn.Write(cancelled.Stops),
            QuoteId = cancelled.QuoteId,
            QuotedFareMinorUnits = fare.MinorUnits,
        }
        : this;

    /// <summary>Reasons of a driver's cancel, in the words of ride, after which the passenger does not want another driver.</summary>
    public const string PassengerNoShow = "passenger-no-show", PassengerAsked = "passenger-asked-to-cancel";
}

/// <summary>What is dispatched together: the requests and drivers of one vehicle class in one city.</summary>
readonly record struct Zone(string CityId, VehicleClass VehicleClass);
