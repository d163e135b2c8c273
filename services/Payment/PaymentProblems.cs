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
    public static readonly Problem UnexpectedCardToken = new(400, "unexpected-card-token", "Cash has no card token.", "cardToken");
    public static readonly Problem MethodInUse = new(409, "payment-method-in-use", "A payment with this method is under way; remove it afterwards.");
    public static readonly Problem AttemptInProgress =
        new(409, "payment-in-progress", "A payment of this ride is under way; wait for its outcome.") { RetryAfterSeconds = 2 };
    public static readonly Problem NotACashRide = new(409, "not-a-cash-ride", "This ride is not to be paid in cash.");
    public static readonly Problem OnlyCards =
        new(422, "card-required", "Only a card can settle this now; cash is confirmed by the driver.", "paymentMethodId");
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

    public static Problem ClosureDecided(string status) => new(409, "closure-decided", "This has been decided.") { State = status };

    public static Problem NotOwed(OrderStatus status) =>
        new(409, "payment-not-owed", "Only what is owed can be written off; void what should never have been.") { State = status.ToString() };

    public static Problem AlreadyEnded(OrderStatus status) =>
        new(409, "payment-already-ended", "This payment has already ended.") { State = status.ToString() };
}
