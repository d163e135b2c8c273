using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>Every way in which the outside world says no.</summary>
static class SandboxProblems
{
    public static readonly Problem UnknownCaller = new(401, "unauthenticated", "The X-Api-Key is missing or wrong.");
    public static readonly Problem KeyMissing = Problem.Invalid("Idempotency-Key", "This call needs an Idempotency-Key of 1 to 255 characters.");
    public static readonly Problem KeyReused = new(422, "idempotency-key-reused", "This idempotency key was used for another request.", "Idempotency-Key");
    public static readonly Problem NoSuchCharge = Problem.NotFound("charge");
    public static readonly Problem NoSuchAuthorisation = Problem.NotFound("authorisation");
    public static readonly Problem AuthorisationExpired = new(409, "authorisation-expired", "What was authorised is no longer held.");
    public static readonly Problem CaptureTooLarge = new(422, "capture-exceeds-authorisation", "No more can be captured than was authorised.", "amountMinorUnits");
    public static readonly Problem NoSuchCode = Problem.NotFound("code");
    public static readonly Problem KeyOfCodeMissing = Problem.Invalid("idempotencyKey", "Ask for the idempotency key of the code.");
    public static readonly Problem NoSuchBank = Problem.Invalid("bank", "A payer's bank is prompt, slow, silent, twice or refusing.");
    public static readonly Problem CodeEnded = new(409, "code-ended", "This code can be paid no more.");
    public static readonly Problem NoSuchRefund = Problem.NotFound("refund");
    public static readonly Problem NoSuchTransfer = Problem.NotFound("transfer");
    public static readonly Problem NotArrived = new(409, "transfer-not-succeeded", "Only a succeeded transfer can be sent back.");
    public static readonly Problem NotSucceeded = new(409, "charge-not-succeeded", "Only a succeeded charge can be refunded.");
    public static readonly Problem RefundTooLarge = new(422, "refund-exceeds-charge", "The refunds of a charge cannot exceed it.", "amountMinorUnits");
    public static readonly Problem NoSuchSettlement = Problem.NotFound("settlement");
    public static readonly Problem NoSuchDispute = Problem.NotFound("dispute");
    public static readonly Problem NothingToDispute =
        new(422, "nothing-to-dispute", "So much is not left of the charge, or a dispute of it is open.", "amountMinorUnits");
    public static readonly Problem DisputeDecided = new(409, "dispute-decided", "The bank has decided otherwise.");
    public static readonly Problem EvidenceGiven = new(409, "evidence-given", "Other evidence was given before.");
    public static readonly Problem EvidenceTooLate = new(409, "evidence-too-late", "The dispute is decided, or the time for evidence is over.");
    public static Problem NotAuthorised(string status) => new(409, $"authorisation-{status}", $"This authorisation is {status}.") { State = status };

    public static readonly Problem Broken = new(500, "provider-error", "The provider failed, as this card or number asks it to.");
}
