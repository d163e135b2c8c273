using System.Collections.Frozen;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>A ride as it stands, and everything that may happen to it. Pure: state, input and the time in, an event or a refusal out.</summary>
/// <param name="EndedAt">When its end was known: that of a ride that fell silent only when it was closed.</param>
sealed partial record Ride(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, RideStatus Status, long Version, GeoPoint Pickup, GeoPoint DropOff,
    Guid QuoteId, PaymentChoice Payment, string StartPin, int PinTries, DateTimeOffset AssignedAt, DateTimeOffset? StartedAt, DateTimeOffset? ArrivedAt = null,
    DateTimeOffset? DriverDueAt = null, DateTimeOffset? EndedAt = null)
{
    /// <summary>Places on the way, in order.</summary>
    public IReadOnlyList<Stop> Stops { get; init; } = [];

    /// <summary>Of the quote that the passenger agreed to.</summary>
    public Money? QuotedFare { get; init; }

    /// <summary>Every step that a ride can take; whatever is not here is a 409. The table ride.transitions holds the same list.</summary>
    public static readonly FrozenSet<(RideStatus From, RideStatus To)> Steps = new[]
    {
        (RideStatus.Queued, RideStatus.DriverAssigned),
        (RideStatus.Queued, RideStatus.Cancelled),
        (RideStatus.DriverAssigned, RideStatus.DriverArrived),
        (RideStatus.DriverAssigned, RideStatus.Cancelled),
        (RideStatus.DriverArrived, RideStatus.InProgress),
        (RideStatus.DriverArrived, RideStatus.Cancelled),
        (RideStatus.InProgress, RideStatus.Completed),
    }.ToFrozenSet();

    /// <summary>How near the driver must be to the pickup to start: NebengJek's rule, here measured to the agreed pickup.</summary>
    public const double PickupToleranceMetres = 100;

    /// <summary>
    /// How near the driver must be to the pickup to have arrived: from then on the wait costs the passenger, who may be said not to have come. A street to
    /// wait in may be further off than the door.
    /// </summary>
    public const double ArrivalToleranceMetres = 200;

    /// <summary>The driver asks for all of the fare.</summary>
    public const int WholeFareBasisPoints = 10_000;

    /// <summary>Guesses of the PIN that a driver has per ride.</summary>
    public const int MaxPinTries = 5;

    /// <summary>Which side of this ride the user is on; null for a stranger.</summary>
    public Party? SideOf(Guid userId) => userId == DriverId ? Party.Driver : userId == PassengerId ? Party.Passenger : null;

    /// <summary>From when on a passenger who is not there has not come; null before the driver is there.</summary>
    public DateTimeOffset? PassengerNoShowFrom(RideOptions rules) => Status is RideStatus.DriverArrived ? ArrivedAt + rules.PassengerNoShowAfter : null;

    /// <summary>From when on a driver who is not there has not come; null once the driver is.</summary>
    public DateTimeOffset? DriverNoShowFrom(RideOptions rules) => Status is RideStatus.DriverAssigned ? DriverDueAt + rules.DriverNoShowAfter : null;

    /// <summary>From when on the grace period of a cancellation runs.</summary>
    public DateTimeOffset GraceFrom(DateTimeOffset now) => Status is RideStatus.Queued ? now : AssignedAt;

    bool CanBecome(RideStatus next) => Steps.Contains((Status, next));

    int? WaitedSecondsUntil(DateTimeOffset start) => ArrivedAt is { } arrivedAt ? (int)Math.Max(0, (start - arrivedAt).TotalSeconds) : null;

    /// <summary>The driver waits at the pickup.</summary>
    public Decision<DriverArrived> Arrive(GeoPoint position, DateTimeOffset now) => this switch
    {
        _ when !CanBecome(RideStatus.DriverArrived) => RideProblems.NotIn(Status, "arrive"),
        _ when Pickup.MetresTo(position) > ArrivalToleranceMetres => RideProblems.TooFarToArrive,
        _ => new DriverArrived(RideId, PassengerId, DriverId, position) { OccurredAt = now, Version = Version + 1 },
    };

    /// <summary>Whether the driver may show a PIN at all, before a guess is spent on it.</summary>
    public Problem? WhyNotStart(GeoPoint position) => this switch
    {
        _ when !CanBecome(RideStatus.InProgress) => RideProblems.NotIn(Status, "start"),
        { PinTries: >= MaxPinTries } => RideProblems.PinLocked(Status),
        _ when Pickup.MetresTo(position) > PickupToleranceMetres => RideProblems.TooFarToStart,
        _ => null,
    };

    /// <summary>The passenger is in the vehicle: the right PIN was said at the pickup.</summary>
    public RideStarted Start(GeoPoint position, DateTimeOffset now) =>
        new(RideId, PassengerId, DriverId, position, WaitedSecondsUntil(now)) { OccurredAt = now, Version = Version + 1 };

    /// <summary>The driver ends the ride, anywhere; the fare factor may lower the fare, never raise it.</summary>
    public Decision<RideCompleted> Complete(GeoPoint dropOff, int fareFactorBasisPoints, DateTimeOffset now) =>
        CanBecome(RideStatus.Completed) && StartedAt is { } startedAt
            ? new RideCompleted(
                RideId, PassengerId, DriverId, dropOff, startedAt, now < startedAt ? startedAt : now, fareFactorBasisPoints, WaitedSecondsUntil(startedAt),
                StopsReached, WaitedAtStops(dropOff, now), QuoteId, QuotedFare)
            { OccurredAt = now, Version = Version + 1 }
            : RideProblems.NotIn(Status, "complete");

    /// <summary>Nobody ended it and nothing is heard of it any more: it ended when and where it was last heard of, or else at the agreed drop-off.</summary>
    public Decision<RideCompleted> CompleteSilent(GeoPoint? lastPosition, DateTimeOffset lastHeardAt, DateTimeOffset now) =>
        Complete(lastPosition ?? DropOff, WholeFareBasisPoints, lastHeardAt) switch
        {
            { Event: { } completed } => completed with { OccurredAt = now },
            var refused => refused,
        };

    /// <summary>
    /// Either side may end it until the passenger is in the vehicle, for a reason that fits; that the other did not come, only when it is true.
    /// While the driver has not set out no grace period runs.
    /// </summary>
    public Decision<RideCancelled> Cancel(Party by, string reason, RideOptions rules, DateTimeOffset now) => reason switch
    {
        _ when !CanBecome(RideStatus.Cancelled) => RideProblems.NotIn(Status, "cancel"),
        _ when by is not Party.System && !CancelReasons.Of(by, Status).Contains(reason) => RideProblems.ReasonDoesNotFit(by, Status),
        CancelReason.PassengerNoShow when !(PassengerNoShowFrom(rules) <= now) => RideProblems.NoShowTooEarly(Status, PassengerNoShowFrom(rules)),
        CancelReason.DriverNoShow when !(DriverNoShowFrom(rules) <= now) => RideProblems.NoShowTooEarly(Status, DriverNoShowFrom(rules)),
        _ => new RideCancelled(
            RideId, RideRequestId, PassengerId, DriverId, by, reason, Status, GraceFrom(now), QuoteId, Payment, DropOff,
            StopsAhead is [] ? null : StopsAhead, QuotedFare)
        { OccurredAt = now, Version = Version + 1 },
    };

    /// <summary>Somebody may need help a while after the end, too.</summary>
    public Problem? WhyNotCallForHelp(RideOptions rules, DateTimeOffset now) =>
        IsNotOver(EndedAt, rules.SosAfterEnd, now) ? null : RideProblems.TooLateForSos;

    /// <summary>Whether a ride is under way, or ended no longer ago than this.</summary>
    public static bool IsNotOver(DateTimeOffset? endedAt, TimeSpan afterEnd, DateTimeOffset now) => endedAt is not { } end || end > now - afterEnd;

    /// <summary>Something can have been left in the vehicle once the passenger was in it; a reason to complain there can be from the match on.</summary>
    public Problem? WhyNotOpenCase(CaseKind kind, RideOptions rules, DateTimeOffset now) => this switch
    {
        { StartedAt: null } when kind is CaseKind.LostItem => RideProblems.NotIn(Status, "have lost something"),
        { EndedAt: { } end } when now > end + rules.CasesAfterEnd => RideProblems.TooLateForCase(rules.CasesAfterEnd),
        _ => null,
    };

    /// <summary>One rating per side, when the ride is over.</summary>
    public Decision<RideRated> Rate(Party by, int stars, IReadOnlyList<string>? reasons, DateTimeOffset now) => Status is RideStatus.Completed
        ? new RideRated(RideId, PassengerId, DriverId, by, stars, reasons is [] ? null : reasons) { OccurredAt = now, Version = Version }
        : RideProblems.NotIn(Status, "rate");
}
