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

    public static Problem NoShowTooEarly(RideStatus status, DateTimeOffset? from) => new(
        409, "no-show-too-early",
        from is { } instant ? $"Nobody has failed to come before {instant.UtcDateTime:HH:mm:ss} UTC, city time." : "Nobody has failed to come yet.", "reason")
    { State = status.ToString() };

    public static Problem TooFarToArrive =>
        new(422, "too-far-from-pickup", $"The driver has arrived within {Ride.ArrivalToleranceMetres:0} metres of the pickup.", "position");

    public static Problem TooFarToStart => new(422, "too-far-from-pickup", $"The ride starts within {Ride.PickupToleranceMetres:0} metres of the pickup.", "position");

    public static Problem WrongPin(int triesLeft) => new(422, "wrong-pin", $"That is not the passenger's PIN; {triesLeft} tries are left.", "pin");

    public static Problem PinLocked(RideStatus status) =>
        new(409, "pin-locked", "The PIN was wrong too often; the passenger asks for another one.") { State = status.ToString() };

    public static Problem LostTheRace(RideStatus status) =>
        new(409, "lost-the-race", "Another request changed this ride at the same moment; read it again.") { State = status.ToString() };

    public static Problem NoSuchStop => Problem.NotFound("stop");

    public static Problem StopReachedAlready(RideStatus status) =>
        new(409, "stop-reached-already", "The ride has been there already.") { State = status.ToString() };

    public static Problem NotTheNextStop(RideStatus status) =>
        new(409, "not-the-next-stop", "Stops are reached in their order, and left before the next one is reached.") { State = status.ToString() };

    public static Problem NotAtStop(RideStatus status) => new(409, "not-at-stop", "The ride is not at this stop.") { State = status.ToString() };

    public static Problem TooFarFromStop =>
        new(422, "too-far-from-stop", $"A stop is reached within {Ride.StopToleranceMetres:0} metres of it.", "position");

    public static Problem QuoteInvalid => new(422, "quote-invalid", "This is not a quote of ours for another way of this ride.", "quoteToken");

    public static Problem QuoteExpired => new(422, "quote-expired", "The quote has expired; ask for a new one.", "quoteToken");

    public static Problem QuoteOutdated(RideStatus status) =>
        new(409, "quote-outdated", "The ride has changed since the quote was made; ask for a new one.", "quoteToken") { State = status.ToString() };

    public static Problem AlreadyRated => new(409, "already-rated", "You have rated this ride.");

    public static Problem TooLateForSos => new(409, "ride-over", "The ride has long ended; call the emergency number.");

    public static Problem NoSuchAlert => Problem.NotFound("alert");

    public static Problem AlertAcknowledged => new(409, "already-acknowledged", "An operator has taken this alert up already.");

    public static Problem AlertClosed => new(409, "already-closed", "This alert has been closed already.");

    public static Problem TooLateForCase(TimeSpan after) => new(409, "ride-too-old", $"Cases are opened until {after.TotalDays:0} days after the ride.");

    public static Problem TooManyCases => new(409, "too-many-cases", $"There are {OpenCase.Most} cases of yours about this ride already.");

    public static Problem NoSuchCase => Problem.NotFound("case");

    public static Problem CaseClosed => new(409, "already-closed", "This case has been closed already.");

    public static Problem NoRideTogether => new(422, "no-ride-together", "A favourite is a driver with whom you have completed a ride.");

    public static Problem TooManyFavourites => new(409, "too-many-favourites", $"You have {AddFavouriteDriver.Most} favourites already; remove one first.");

    public static Problem InvalidPosition => Problem.Invalid("position", "The position is not a point on Earth.");
}
