using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>Every way in which match says no.</summary>
static class MatchProblems
{
    public static readonly Problem NoSuchRequest = Problem.NotFound("ride request");

    public static readonly Problem NoDestination = Problem.NotFound("destination");

    public static readonly Problem InvalidPosition = Problem.Invalid("position", "Latitude is -90 to 90, longitude -180 to 180, and not both zero.");

    public static readonly Problem NoSuchCity = Problem.NotFound("city");

    public static readonly Problem NotCountedYet = new(503, "unavailable", "Requests have not been counted yet.") { RetryAfterSeconds = 1 };

    public static readonly Problem NoSuchOffer = Problem.NotFound("offer");

    public static readonly Problem QuoteInvalid = new(422, "quote-invalid", "This is not a quote of ours, or not one for you.", "quoteToken");

    public static readonly Problem QuoteExpired = new(422, "quote-expired", "The quote has expired; ask for a new one.", "quoteToken");

    public static readonly Problem QuoteForAnotherRide =
        new(422, "quote-for-another-ride", "The quote is for another pickup, vehicle class or time than the request.", "quoteToken");

    public static readonly Problem QuoteUsed = new(409, "quote-used", "This quote already bought a ride request; ask for a new one.", "quoteToken");

    public static readonly Problem PaymentMethodUnknown = new(422, "payment-method-unknown", "You have no such payment method.", "paymentMethodId");

    public static readonly Problem DebtOutstanding = new(409, "debt-outstanding", "An earlier ride is not paid yet; settle it first.");

    public static readonly Problem WalletOverdrawn =
        new(409, "wallet-overdrawn", "Your bank took back what was paid into your wallet, and more than was left in it; top it up first.");

    public static readonly Problem ActiveRide = new(409, "active-ride", "You are on a ride, or driving one; it must end first.");

    public static readonly Problem AlreadyRequested = new(409, "already-requested", "You are already looking for a ride.");

    public static readonly Problem TooManyChanges =
        new(409, "too-many-changes", $"The drop-off can be changed {RideRequest.MaxDropOffChanges} times; cancel and ask again.");

    public static readonly Problem TooManyRaises = new(409, "too-many-raises", $"A tip can be raised {RideRequest.MaxTipRaises} times.");

    public static readonly Problem AlreadyScheduled = new(409, "already-scheduled", "You have scheduled a ride for that half hour; cancel it first.", "quoteToken");

    public static readonly Problem OfferExpired = new(409, "offer-expired", "The offer has expired.") { State = nameof(OfferStatus.Expired) };

    public static readonly Problem DriverBusy = new(409, "driver-busy", "One of the two is on another ride.");

    public static readonly Problem ConfirmationLate = new(409, "confirmation-late", "The time to confirm is over.");

    public static Problem PickupTimeInvalid(CityRules rules) => new(
        422, "pickup-time-invalid",
        $"A ride can be ordered between {rules.SoonestPickup.TotalMinutes:0} minutes and {rules.LatestPickup.TotalDays:0} days ahead; ask for a quote for such a time.",
        "quoteToken");

    public static Problem TipInAnotherCurrency(string currency) => new(422, "other-currency", $"The tip is in the currency of the fare, {currency}.", "tip.currency");

    public static Problem TipNotRaised(Money tip) => new(422, "tip-not-raised", $"A tip can only be raised; drivers were promised {tip}.", "tip.minorUnits");

    public static Problem TipTooHigh(int highestPercent) =>
        new(422, "tip-too-high", $"A tip is {highestPercent} % of the quoted fare at most.", "tip.minorUnits");

    public static Problem OfferNotOpen(OfferStatus status) =>
        new(409, "offer-not-open", $"The offer is not open any more: it is {status}.") { State = status.ToString() };

    public static Problem AlreadyMatched(Guid? rideId) =>
        new(409, "already-matched", $"A driver is on the way: cancel the ride {rideId} instead.") { State = nameof(RideRequestStatus.Matched) };

    public static Problem NotSearching(RideRequestStatus status) =>
        new(409, "not-searching", $"The request is {status}.") { State = status.ToString() };

    public static Problem NothingToConfirm(RideRequestStatus status) =>
        new(409, "nothing-to-confirm", $"No driver waits for your answer: the request is {status}.") { State = status.ToString() };
}
