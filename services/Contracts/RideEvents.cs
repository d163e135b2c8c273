using System.Text.Json.Serialization;

namespace Tumpang.Contracts;

/// <summary>The ride exists, and its driver is on the way or, when it is queued, still drives another passenger. The start PIN is not in any event: the passenger fetches it.</summary>
/// <param name="Tip">What the passenger promised on top of the fare; null for nothing.</param>
/// <param name="PickupDistanceMetres">Straight-line metres from the driver, or the drop-off that they drive to, to the pickup at the match.</param>
/// <param name="AfterRideId">The ride that the driver must end first; null when the driver is on the way.</param>
/// <param name="Stops">Places on the way, in order; null for none.</param>
public sealed record RideCreated(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string CityId, VehicleClass VehicleClass,
    GeoPoint Pickup, GeoPoint DropOff, Guid QuoteId, Money QuotedFare, PaymentChoice Payment,
    Money? Tip = null, int? PickupDistanceMetres = null, Guid? AfterRideId = null, IReadOnlyList<GeoPoint>? Stops = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The driver of a queued ride has ended the one before it and sets out.</summary>
public sealed record QueuedRideBegan(Guid RideId, Guid PassengerId, Guid DriverId) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The driver waits at the pickup.</summary>
public sealed record DriverArrived(Guid RideId, Guid PassengerId, Guid DriverId, GeoPoint Position) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The passenger is in the vehicle; from here the track counts.</summary>
/// <param name="WaitedSeconds">How long the driver had waited at the pickup, whole seconds of city time.</param>
public sealed record RideStarted(Guid RideId, Guid PassengerId, Guid DriverId, GeoPoint Position, int? WaitedSeconds = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The driver is at a place on the way.</summary>
/// <param name="Number">Of the places in their order, from 1.</param>
/// <param name="StopsAhead">Those still to come, in order.</param>
public sealed record StopReached(
    Guid RideId, Guid PassengerId, Guid DriverId, int Number, GeoPoint Position, GeoPoint DropOff, IReadOnlyList<GeoPoint> StopsAhead) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The driver goes on from a place on the way.</summary>
/// <param name="WaitedSeconds">Since it was reached, whole seconds of city time.</param>
public sealed record StopLeft(Guid RideId, Guid PassengerId, Guid DriverId, int Number, int WaitedSeconds) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>
/// The passenger agreed to the price of another way: another drop-off, or other places on the way to it; before the ride has begun, too. billing stores the
/// quote from here.
/// </summary>
/// <param name="StopsAhead">The places on the way that are still to come, in order; those that were reached stay.</param>
/// <param name="QuoteToken">As billing signed it; phones get the event without it.</param>
public sealed record RideRerouted(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string CityId, VehicleClass VehicleClass, GeoPoint DropOff,
    IReadOnlyList<GeoPoint> StopsAhead, Guid QuoteId, Money QuotedFare, Guid PreviousQuoteId, string? QuoteToken = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The driver ended the ride. When and where only: the distance is location's to tell, the fare billing's.</summary>
/// <param name="StartedAt">City time of the start.</param>
/// <param name="FareFactorBasisPoints">The driver may lower the fare: 10 000 = all of it, 0 = a free ride. Never more.</param>
/// <param name="WaitedSeconds">How long the driver waited at the pickup, from arrival to start, city time.</param>
/// <param name="Stops">How many places on the way were reached.</param>
/// <param name="WaitedAtStops">
/// How long the driver waited at each of them, whole seconds of city time, without what the price of the last quote has in it as driven; null for none.
/// </param>
/// <param name="QuoteId">The quote that the ride ended under: of several the last one that the passenger agreed to.</param>
/// <param name="QuotedFare">Of that quote.</param>
public sealed record RideCompleted(
    Guid RideId, Guid PassengerId, Guid DriverId, GeoPoint DropOff, DateTimeOffset StartedAt, DateTimeOffset CompletedAt,
    int FareFactorBasisPoints, int? WaitedSeconds = null, int? Stops = null, IReadOnlyList<int>? WaitedAtStops = null, Guid? QuoteId = null,
    Money? QuotedFare = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The ride ended before its drop-off. billing alone turns this into a charge, or none.</summary>
/// <param name="CancelledIn">The status that the ride was in.</param>
/// <param name="AssignedAt">City time of the match, for grace periods; of a ride that was queued when its driver set out, or else of the cancellation.</param>
/// <param name="QuoteId">The quote that the ride stood under: of several the last one that the passenger agreed to.</param>
/// <param name="DropOff">Where the ride was to go, by <paramref name="Stops"/> (null for none): match goes on from there when the driver cancelled.</param>
/// <param name="QuotedFare">Of that quote.</param>
public sealed record RideCancelled(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, Party By, string Reason, RideStatus CancelledIn,
    DateTimeOffset AssignedAt, Guid QuoteId, PaymentChoice Payment, GeoPoint? DropOff = null, IReadOnlyList<GeoPoint>? Stops = null,
    Money? QuotedFare = null) : Event
{
    public override Guid AggregateId => RideId;

    /// <inheritdoc cref="CancelReason.CauseOf"/>
    [JsonIgnore]
    public Party Cause => CancelReason.CauseOf(By, Reason);
}

/// <summary>
/// Nothing was heard of a ride under way for long: no step, no position. Somebody should look; if the silence lasts, ride closes the ride by its rule.
/// </summary>
/// <param name="LastHeardAt">City time of the last sign of life.</param>
/// <param name="LastPosition">Where the driver was then; null when no position came since the match.</param>
public sealed record RideFellSilent(
    Guid RideId, Guid PassengerId, Guid DriverId, string CityId, RideStatus Status, DateTimeOffset LastHeardAt, GeoPoint? LastPosition = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>Somebody on a ride asks for help. Operators see it at once; user texts the emergency contacts.</summary>
/// <param name="RaisedBy">The user who asks.</param>
/// <param name="Position">Where they are, or were last heard of; null when that is not known.</param>
/// <param name="SharePath">Below the gateway's address: shows the ride, and where it is now, to whoever has it.</param>
public sealed record SosRaised(
    Guid AlertId, Guid RideId, Guid PassengerId, Guid DriverId, Party By, Guid RaisedBy, string CityId, GeoPoint? Position = null,
    string? SharePath = null) : Event
{
    public override Guid AggregateId => AlertId;
}

/// <summary>One side of a ride lost something, or complains. What was said is ride's to show, to operators; no event has it.</summary>
/// <param name="By">The side that opened it.</param>
public sealed record CaseOpened(Guid CaseId, Guid RideId, Guid PassengerId, Guid DriverId, Party By, CaseKind Kind) : Event
{
    public override Guid AggregateId => CaseId;
}

/// <summary>One side rated the other, 1 to 5 stars; once per ride and side.</summary>
/// <param name="Reasons">Why, in the words of docs/api.md; absent when nothing was said.</param>
public sealed record RideRated(Guid RideId, Guid PassengerId, Guid DriverId, Party By, int Stars, IReadOnlyList<string>? Reasons = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A passenger would like this driver again.</summary>
/// <remarks>The version counts the changes of all favourites of the passenger, so a later change of the same driver has the higher one.</remarks>
public sealed record FavouriteDriverAdded(Guid PassengerId, Guid DriverId) : Event
{
    public override Guid AggregateId => PassengerId;
}

/// <summary>The driver is a favourite of the passenger no more.</summary>
/// <inheritdoc cref="FavouriteDriverAdded" path="/remarks"/>
public sealed record FavouriteDriverRemoved(Guid PassengerId, Guid DriverId) : Event
{
    public override Guid AggregateId => PassengerId;
}
