using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>Every way this service says no.</summary>
internal static class PaymentProblems
{
    public static readonly Problem MethodNotFound = Problem.NotFound("payment method");
    public static readonly Problem PaymentNotFound = Problem.NotFound("payment");
    public static readonly Problem CardTokenMissing =
        new(400, "card-token-missing", "A card needs the token that the payment provider issued for it.", "cardToken");
    public static readonly Problem CardTokenMalformed =
        new(400, "card-token-malformed", "A card token has 1 to 255 letters, digits, dashes or underscores.", "cardToken");
    public static readonly Problem CardNumberRefused =
        new(422, "card-number-refused", "This looks like a card number. Send the provider's token; card numbers never reach us.", "cardToken");
    public static readonly Problem CardNotYours = new(422, "card-not-yours", "The payment provider has not saved this card for you.", "cardToken");
    public static readonly Problem ProviderAway =
        new(503, "provider-unavailable", "The payment provider does not answer; try again.") { RetryAfterSeconds = 5 };
    public static readonly Problem UnexpectedCardToken = new(400, "unexpected-card-token", "Only a card has a card token.", "cardToken");
    public static readonly Problem CodesNotOffered = new(422, "codes-not-offered", "The payment provider makes no codes that phones scan.", "kind");
    public static readonly Problem CodeNotReady = new(409, "code-not-ready", "The code is being made; ask again.") { RetryAfterSeconds = 1 };
    public static readonly Problem NoCode = new(409, "no-code", "This ride is not being paid by a code now.");
    public static readonly Problem UnexpectedRest =
        new(400, "unexpected-rest-payment-method", "Only a wallet has a card for what it does not hold.", "restPaymentMethodId");
    public static readonly Problem RestIsNotACard = new(422, "rest-must-be-a-card", "This is not a card of yours.", "restPaymentMethodId");
    public static readonly Problem TopUpByCardOnly = new(422, "card-required", "A wallet is topped up by card.", "paymentMethodId");
    public static readonly Problem TopUpNotFound = Problem.NotFound("top-up");
    public static readonly Problem TopUpInProgress =
        new(409, "top-up-in-progress", "A top-up of this wallet is under way; wait for its outcome.") { RetryAfterSeconds = 2 };
    public static readonly Problem TipNotFound = Problem.NotFound("tip");
    public static readonly Problem TipByCardOnly = new(422, "card-required", "A tip is given by card.", "paymentMethodId");
    public static readonly Problem TippedAlready = new(409, "tipped-already", "This ride was tipped before; a ride is tipped once.");
    public static readonly Problem TipTooLate = new(409, "tip-too-late", "The time for a tip is over.");
    public static readonly Problem TopUpsOfADay = new(422, "top-up-limit-of-a-day", "This is more than may be paid in within a day.", "amountMinorUnits");
    public static readonly Problem NoWalletInThisCurrency = new(422, "no-wallet-in-this-currency", "There are no wallets in this currency.", "currency");
    public static readonly Problem MethodInUse = new(409, "payment-method-in-use", "A payment with this method is under way; remove it afterwards.");
    public static readonly Problem AttemptInProgress =
        new(409, "payment-in-progress", "A payment of this ride is under way; wait for its outcome.") { RetryAfterSeconds = 2 };
    public static readonly Problem NotACashRide = new(409, "not-a-cash-ride", "This ride is not to be paid in cash.");
    public static readonly Problem OnlyCards =
        new(422, "card-required", "Only a card, the wallet or a code can settle this now; cash is confirmed by the driver.", "paymentMethodId");
    public static readonly Problem AuthorisationNotFound = Problem.NotFound("authorisation");
    public static readonly Problem PartlyCollected =
        new(409, "payment-partly-collected", "A part of this is collected. Lower the fare by an adjustment, and it is paid back.");
    public static readonly Problem PaidInPart =
        new(409, "payment-partly-collected", "A part of this ride is paid in another way, so that it cannot be paid in cash any more.");
    public static readonly Problem BadSignature = new(401, "bad-signature", "The signature is missing, wrong or too old.");

    public static readonly Problem ReasonInvalid = Problem.Invalid("reason", "A reason has 1 to 500 characters.");
    public static readonly Problem ClosureNotFound = Problem.NotFound("closure");
    public static readonly Problem ClosureProposed = new(409, "closure-proposed", "Another operator's proposal for this payment waits for a decision.");
    public static readonly Problem SecondOperatorRequired =
        new(403, "second-operator-required", "Another operator than the one who proposed it has to decide.");
    public static readonly Problem NoBankAccount = Problem.NotFound("bank account");
    public static readonly Problem PayoutInProgress =
        new(409, "payout-in-progress", "A payout to this account is under way; change it afterwards.") { RetryAfterSeconds = 5 };
    public static readonly Problem HolderInvalid = Problem.Invalid("holderName", "A holder's name has 1 to 100 characters.");
    public static readonly Problem BankCodeInvalid = Problem.Invalid("bankCode", "A bank code has 1 to 11 letters and digits.");
    public static readonly Problem AccountNumberInvalid = Problem.Invalid("accountNumber", "An account number has 4 to 34 letters and digits, IBANs included.");
    public static readonly Problem NothingToRefund =
        new(409, "nothing-to-refund", "Nothing is captured beyond what this ride costs, or it is on its way back.");

    public static readonly Problem RepaymentNotFound = Problem.NotFound("proposal to refund");
    public static readonly Problem RepaymentProposed =
        new(409, "refund-proposed", "Another operator's proposal to give this back again waits for a decision.");

    public static readonly Problem ReconciliationNotFound = Problem.NotFound("reconciliation");
    public static readonly Problem DisputeNotFound = Problem.NotFound("dispute");
    public static readonly Problem EvidenceInvalid = Problem.Invalid("text", "Evidence has 1 to 5 000 characters.");
    public static readonly Problem EvidenceGiven = new(409, "evidence-given", "Evidence was given before; a provider takes it once.");
    public static readonly Problem EvidenceTooLate = new(409, "evidence-too-late", "The time for evidence is over.");

    public static Problem DisputeEnded(DisputeStatus status) => new(409, "dispute-ended", "The bank has decided.") { State = status.ToString() };

    public static Problem TopUpOutOfRange(long least, long most) =>
        new(422, "top-up-out-of-range", $"A top-up in this currency is {least} to {most} minor units.", "amountMinorUnits");

    public static Problem TipOutOfRange(long most) =>
        new(422, "tip-out-of-range", $"A tip in this currency is 1 to {most} minor units.", "amountMinorUnits");

    public static Problem NotPaidYet(OrderStatus status) =>
        new(409, "ride-not-paid", "A tip is given once the ride is paid.") { State = status.ToString() };

    public static Problem ClosureDecided(string status) => new(409, "closure-decided", "This has been decided.") { State = status };

    public static Problem RepaymentDecided(RepaymentStatus status) => new(409, "refund-decided", "This has been decided.") { State = status.ToString() };

    public static Problem NotOwed(OrderStatus status) =>
        new(409, "payment-not-owed", "Only what is owed can be written off; void what should never have been.") { State = status.ToString() };

    public static Problem AlreadyEnded(OrderStatus status) =>
        new(409, "payment-already-ended", "This payment has already ended.") { State = status.ToString() };
}
