namespace Tumpang.Contracts;

/// <summary>A passenger asked for a ride under a quote. billing stores the quote from here.</summary>
/// <param name="QuoteId">The quote's id, unique per request.</param>
/// <param name="PickupAt">When the passenger wants to be picked up, city time; null for at once.</param>
/// <param name="QuoteToken">The signed token as billing issued it, so that billing can read its breakdown back.</param>
public sealed record RideRequested(
    Guid RideRequestId, Guid PassengerId, string CityId, VehicleClass VehicleClass, GeoPoint Pickup, GeoPoint DropOff,
    Guid QuoteId, string QuoteToken, Money QuotedFare, PaymentChoice Payment, DateTimeOffset SearchEndsAt, DateTimeOffset? PickupAt = null) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The passenger wants to go elsewhere, under another quote for the same pickup; billing stores it from here and releases the previous one.</summary>
public sealed record DropOffChanged(
    Guid RideRequestId, Guid PassengerId, string CityId, VehicleClass VehicleClass, GeoPoint DropOff,
    Guid QuoteId, string QuoteToken, Money QuotedFare, Guid PreviousQuoteId) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The passenger promises the driver more on top of the fare. Drivers who said no may be asked again.</summary>
/// <param name="Tip">All of it, not what was added.</param>
public sealed record TipRaised(Guid RideRequestId, Guid PassengerId, Money Tip) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The passenger raised the tip while this driver was thinking; the offer stays open for as long as it was.</summary>
public sealed record OfferImproved(Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId, Money Tip) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The search for a scheduled ride has begun.</summary>
public sealed record ScheduledSearchStarted(Guid RideRequestId, Guid PassengerId, DateTimeOffset PickupAt, DateTimeOffset SearchEndsAt) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>One driver is asked to take one request until <paramref name="ExpiresAt"/>.</summary>
/// <param name="PickupDistanceMetres">Straight-line metres from the driver to the pickup.</param>
/// <param name="Fare">The quoted fare that the passenger agreed to.</param>
/// <param name="PickupAt">When the passenger wants to be picked up, city time; null for at once.</param>
/// <param name="Tip">What the passenger promises on top of the fare; null for nothing.</param>
/// <param name="AfterRideId">The ride that the driver is about to end; this one comes next. Null for a driver who is free.</param>
/// <param name="Stops">Places on the way, in order; null for none.</param>
public sealed record OfferMade(
    Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId, GeoPoint Pickup, GeoPoint DropOff,
    int PickupDistanceMetres, Money Fare, DateTimeOffset ExpiresAt, DateTimeOffset? PickupAt = null, Money? Tip = null, Guid? AfterRideId = null,
    IReadOnlyList<GeoPoint>? Stops = null) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The driver said yes. With passenger confirmation switched on, the passenger is asked next.</summary>
public sealed record OfferAccepted(Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId, bool AwaitsPassenger) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The driver said no; the request goes on to the next driver.</summary>
public sealed record OfferDeclined(Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The driver did not answer in time.</summary>
public sealed record OfferExpired(Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The offer ended through no act of the driver: another driver won, or the passenger cancelled, refused, or changed the drop-off.</summary>
public sealed record OfferWithdrawn(Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string Reason) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>Both sides agreed. The ride's id is minted here; ride creates it once.</summary>
/// <param name="Tip">What the passenger promised on top of the fare; null for nothing.</param>
/// <param name="AfterRideId">The ride that the driver was still driving; null for a driver who was free.</param>
/// <param name="Stops">Places on the way, in order; null for none.</param>
public sealed record MatchConfirmed(
    Guid RideId, Guid RideRequestId, Guid OfferId, Guid PassengerId, Guid DriverId, string CityId, VehicleClass VehicleClass,
    GeoPoint Pickup, GeoPoint DropOff, GeoPoint DriverPosition, Guid QuoteId, Money QuotedFare, PaymentChoice Payment, Money? Tip = null,
    Guid? AfterRideId = null, IReadOnlyList<GeoPoint>? Stops = null) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The search time ran out.</summary>
public sealed record NoDriverFound(Guid RideRequestId, Guid PassengerId, Guid QuoteId) : Event
{
    public override Guid AggregateId => RideRequestId;
}

/// <summary>The passenger gave up while searching.</summary>
public sealed record RideRequestCancelled(Guid RideRequestId, Guid PassengerId, Guid QuoteId) : Event
{
    public override Guid AggregateId => RideRequestId;
}
