using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>Every way in which the outside world says no.</summary>
static class SandboxProblems
{
    public static readonly Problem UnknownCaller = new(401, "unauthenticated", "The X-Api-Key is missing or wrong.");
    public static readonly Problem KeyMissing = Problem.Invalid("Idempotency-Key", "This call needs an Idempotency-Key of 1 to 255 characters.");
    public static readonly Problem KeyReused = new(422, "idempotency-key-reused", "This idempotency key was used for another request.", "Idempotency-Key");
    public static readonly Problem NoSuchCharge = Problem.NotFound("charge");
    public static readonly Problem NoSuchRefund = Problem.NotFound("refund");
    public static readonly Problem NoSuchTransfer = Problem.NotFound("transfer");
    public static readonly Problem NotSucceeded = new(409, "charge-not-succeeded", "Only a succeeded charge can be refunded.");
    public static readonly Problem RefundTooLarge = new(422, "refund-exceeds-charge", "The refunds of a charge cannot exceed it.", "amountMinorUnits");
    public static readonly Problem Broken = new(500, "provider-error", "The provider failed, as this card or number asks it to.");
}
