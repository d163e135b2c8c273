using Tumpang.ServiceDefaults;

namespace Tumpang.Billing;

/// <summary>Every way in which billing says no.</summary>
internal static class BillingProblems
{
    public static Problem TooShort { get; } = new(422, "trip-too-short", "Pickup and drop-off are the same place.", "dropOff");

    public static Problem StopTooNear(string field) => new(422, "trip-too-short", "A stop is where the ride comes from.", field);

    public static Problem TooManyStops { get; } = Problem.Invalid("stops", $"A ride has at most {Quote.MostStops} stops, those behind it included.");

    public static Problem NotUnderWay { get; } = new(409, "wrong-ride-status", "Only a ride that is under way can go another way.");

    public static Problem ReasonDoesNotFit(IEnumerable<string> reasons) =>
        new(422, "reason-does-not-fit", $"The reason is one of {string.Join(", ", reasons)}.", "reason");

    public static Problem PickupTimeInvalid(TimeSpan ahead) =>
        new(422, "pickup-time-invalid", $"A ride can be priced for a time in the next {ahead.TotalDays:0} days.", "pickupAt");

    public static Problem PromotionUnknown { get; } = new(422, "promotion-unknown", "There is no such promotion here and now.", "promotionCode");

    public static Problem PromotionExhausted { get; } = new(422, "promotion-exhausted", "All of this promotion has been given away.", "promotionCode");

    public static Problem PromotionUsedUp { get; } = new(422, "promotion-used-up", "You have used this promotion as often as it can be used, or it is for a first ride.", "promotionCode");

    public static Problem PromotionCodeTaken { get; } = new(409, "promotion-code-taken", "Another promotion of this city has this code; stop that one first.", "code");

    public static Problem ReferralCodeUnknown { get; } = new(422, "referral-code-unknown", "Nobody has this code.", "code");

    public static Problem OwnReferralCode { get; } = new(422, "own-referral-code", "This code is yours, or of somebody whom you brought.", "code");

    public static Problem ReferralLimit { get; } = new(422, "referral-limit", "Who gave you this code has brought as many as can be.", "code");

    public static Problem NoReferrals { get; } = new(422, "no-referrals", "Nothing is given for referrals in this city.", "cityId");

    public static Problem ReferralsExhausted { get; } =
        new(422, "referrals-exhausted", "All that was to be given for referrals in this city has been given.", "cityId");

    public static Problem NotNew { get; } = new(409, "not-new", "A code is entered before the first ride.");

    public static Problem ReferralEntered { get; } = new(409, "referral-entered", "A code has been entered; there is one for each passenger.");

    public static Problem ReferralProgrammeRuns { get; } = new(409, "referral-programme-runs", "This city has a programme; stop that one first.", "cityId");

    public static Problem TooFar { get; } = new(422, "trip-too-far", "The drop-off is further away than any ride goes.", "dropOff");

    public static Problem NoTariff { get; } = new(422, "no-tariff", "No tariff is in force in this city.");

    public static Problem FareNotFinal { get; } = new(404, "fare-not-final", "This ride has no fare yet.") { RetryAfterSeconds = 1 };

    public static Problem NotAcceptable(string forms) => new(406, "not-acceptable", $"There is {forms}.", "Accept");

    public static Problem MonthInvalid { get; } = Problem.Invalid("month", "A month is a year and a month, for example 2013-11.");

    public static Problem MonthNotOver { get; } = new(409, "month-not-over", "A month is closed when it is over.");

    public static Problem MonthClosed { get; } =
        new(409, "month-closed", "The books are closed until the end of this month or later; nobody can open them again.");

    public static Problem ClosingProposed { get; } = new(409, "closing-proposed", "To close this month has been proposed; another operator has to decide.");

    public static Problem ClosingNotFound { get; } = Problem.NotFound("proposal to close this month");

    public static Problem RideNotKnownYet { get; } = new(404, "ride-not-known-yet", "This ride is not known here yet.") { RetryAfterSeconds = 1 };

    public static Problem RideIsOver { get; } = new(409, "ride-over", "The ride has ended; it cannot be cancelled.");

    public static Problem Starting { get; } = new(503, "unavailable", "Tariffs and zones are being loaded.") { RetryAfterSeconds = 1 };

    public static Problem FareNotFound { get; } = Problem.NotFound("fare");

    public static Problem AdjustmentNotFound { get; } = Problem.NotFound("adjustment");

    public static Problem ChargebackNotFound { get; } = Problem.NotFound("lost chargeback");

    public static Problem ChargebackForgiven { get; } = new(409, "chargeback-forgiven", "This was forgiven before.");

    public static Problem ForgivenessNotFound { get; } = Problem.NotFound("proposal to forgive this chargeback");

    public static Problem ForgivenessProposed { get; } =
        new(409, "forgiveness-proposed", "Another operator's proposal to forgive this waits for a decision.");

    public static Problem AmountNotPositive { get; } =
        Problem.Invalid("amountMinorUnits", "An adjustment takes off a whole number of minor units, more than zero.");

    public static Problem WalletNotOverdrawn { get; } = new(409, "wallet-not-overdrawn", "This wallet is not below zero: there is nothing to forgive.");

    public static Problem ReasonInvalid { get; } = Problem.Invalid("reason", "A reason has 1 to 500 characters.");

    public static Problem SecondOperatorRequired { get; } =
        new(403, "second-operator-required", "Another operator than the one who proposed it has to decide.");

    public static Problem NoBankAccount { get; } = new(409, "no-bank-account", "Say first where to be paid.");

    public static Problem PayoutInProgress { get; } =
        new(409, "payout-in-progress", "A payout is on its way; ask again when it has arrived.") { RetryAfterSeconds = 5 };

    public static Problem BelowMinimum(long minorUnits) =>
        new(422, "below-minimum", $"Balances of {minorUnits} minor units or more, after the fee, are paid out.", "currency");

    public static Problem PlanNotFound { get; } = Problem.NotFound("subscription plan");

    public static Problem PlanStopped { get; } = new(409, "plan-stopped", "This plan is not offered any more.", "planId");

    public static Problem BalanceBelowZero { get; } =
        new(409, "balance-below-zero", "Your balance is below zero; a subscription is paid off a balance that is not.");

    public static Problem AlreadySubscribed { get; } =
        new(409, "already-subscribed", "You have a subscription for this city and class; begin another when it has ended.");

    public static Problem SubscriptionNotFound { get; } = Problem.NotFound("subscription");

    public static Problem PeriodInvalid { get; } = Problem.Invalid("period", "A statement is of a day or of a week.");

    public static Problem MoreThanFare(long minorUnits) =>
        new(422, "adjustment-exceeds-fare", $"No more than {minorUnits} minor units of this fare can still be taken off.", "amountMinorUnits");

    public static Problem FareClosed(string settlement) => new(409, "fare-closed", "This fare was given up; nothing of it is owed.") { State = settlement };

    public static Problem AdjustmentDecided(AdjustmentStatus status) =>
        new(409, "adjustment-decided", "This adjustment has been decided.") { State = status.ToString() };

    public static Problem NotAPoint(string field) => Problem.Invalid(field, "A point has a latitude from -90 to 90 and a longitude from -180 to 180.");

    public static Problem Restricted(string field) => new(422, "restricted-zone", "Nobody may be picked up or dropped off there.", field);

    public static Problem OutsideServiceArea(string field) => new(422, "outside-service-area", "We do not drive there.", field);
}
