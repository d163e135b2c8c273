using Tumpang.Contracts;
using Tumpang.Rides.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>Every way in which ride says no.</summary>
static class RideProblems
{
    public static Problem NotFound => Problem.NotFound("ride");

    public static Problem NotIn(RideStatus status, string step) =>
        new(409, "wrong-ride-status", $"A ride that is {status} cannot {step}.") { State = status.ToString() };

    public static Problem ReasonDoesNotFit(Party by, RideStatus status) =>
        new(422, "reason-does-not-fit", $"Now the reason is one of {string.Join(", ", CancelReasons.Of(by, status))}.", "reason") { State = status.ToString() };

    public static Problem NoShowTooEarly(DateTimeOffset? from) => new(
        409, "no-show-too-early",
        from is { } instant ? $"Nobody has failed to come before {instant.UtcDateTime:HH:mm:ss} UTC, city time." : "Nobody has failed to come yet.", "reason");

    public static Problem TooFarFromPickup => new(422, "too-far-from-pickup", $"The ride starts within {Ride.PickupToleranceMetres:0} metres of the pickup.", "position");

    public static Problem WrongPin(int triesLeft) => new(422, "wrong-pin", $"That is not the passenger's PIN; {triesLeft} tries are left.", "pin");

    public static Problem PinLocked => new(409, "pin-locked", "The PIN was wrong too often; cancel the ride or ask an operator.");

    public static Problem LostTheRace => new(409, "lost-the-race", "Another request changed this ride at the same moment; read it again.");

    public static Problem AlreadyRated => new(409, "already-rated", "You have rated this ride.");

    public static Problem NoRideTogether => new(422, "no-ride-together", "A favourite is a driver with whom you have completed a ride.");

    public static Problem TooManyFavourites => new(409, "too-many-favourites", $"You have {AddFavouriteDriver.Most} favourites already; remove one first.");

    public static Problem InvalidPosition => Problem.Invalid("position", "The position is not a point on Earth.");
}
