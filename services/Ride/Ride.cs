using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>A ride as it stands, and everything that may happen to it. Pure: state, input and the time in, an event or a refusal out.</summary>
sealed record Ride(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, RideStatus Status, long Version, GeoPoint Pickup, GeoPoint DropOff,
    Guid QuoteId, PaymentChoice Payment, string StartPin, int PinTries, DateTimeOffset AssignedAt, DateTimeOffset? StartedAt)
{
    /// <summary>How near the driver must be to the pickup to start: NebengJek's rule, here measured to the agreed pickup.</summary>
    public const double PickupToleranceMetres = 100;

    /// <summary>Guesses of the PIN that a driver has per ride.</summary>
    public const int MaxPinTries = 5;

    /// <summary>Which side of this ride the user is on; null for a stranger.</summary>
    public Party? SideOf(Guid userId) => userId == DriverId ? Party.Driver : userId == PassengerId ? Party.Passenger : null;

    /// <summary>The driver waits at the pickup.</summary>
    public Decision<DriverArrived> Arrive(GeoPoint position, DateTimeOffset now) => Status is RideStatus.DriverAssigned
        ? new DriverArrived(RideId, PassengerId, DriverId, position) { OccurredAt = now, Version = Version + 1 }
        : RideProblems.NotIn(Status, "arrive");

    /// <summary>Whether the driver may show a PIN at all, before a guess is spent on it.</summary>
    public Problem? WhyNotStart(GeoPoint position) => this switch
    {
        { Status: not RideStatus.DriverArrived } => RideProblems.NotIn(Status, "start"),
        { PinTries: >= MaxPinTries } => RideProblems.PinLocked,
        _ when Pickup.MetresTo(position) > PickupToleranceMetres => RideProblems.TooFarFromPickup,
        _ => null,
    };

    /// <summary>The passenger is in the vehicle: the right PIN was said at the pickup.</summary>
    public RideStarted Start(GeoPoint position, DateTimeOffset now) =>
        new(RideId, PassengerId, DriverId, position) { OccurredAt = now, Version = Version + 1 };

    /// <summary>The driver ends the ride, anywhere; the fare factor may lower the fare, never raise it.</summary>
    public Decision<RideCompleted> Complete(GeoPoint dropOff, int fareFactorBasisPoints, DateTimeOffset now) =>
        this is { Status: RideStatus.InProgress, StartedAt: { } startedAt }
            ? new RideCompleted(RideId, PassengerId, DriverId, dropOff, startedAt, now < startedAt ? startedAt : now, fareFactorBasisPoints) { OccurredAt = now, Version = Version + 1 }
            : RideProblems.NotIn(Status, "complete");

    /// <summary>Either side may end it until the passenger is in the vehicle.</summary>
    public Decision<RideCancelled> Cancel(Party by, string reason, DateTimeOffset now) => Status is RideStatus.DriverAssigned or RideStatus.DriverArrived
        ? new RideCancelled(RideId, RideRequestId, PassengerId, DriverId, by, reason, Status, AssignedAt, QuoteId, Payment) { OccurredAt = now, Version = Version + 1 }
        : RideProblems.NotIn(Status, "cancel");

    /// <summary>One rating per side, when the ride is over.</summary>
    public Decision<RideRated> Rate(Party by, int stars, IReadOnlyList<string>? reasons, DateTimeOffset now) => Status is RideStatus.Completed
        ? new RideRated(RideId, PassengerId, DriverId, by, stars, reasons is [] ? null : reasons) { OccurredAt = now, Version = Version }
        : RideProblems.NotIn(Status, "rate");
}
