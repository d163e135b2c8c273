using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// The life of an adjustment:
/// <code>
/// Proposed ──→ Effective | Rejected
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<AdjustmentStatus>))]
internal enum AdjustmentStatus { Proposed, Effective, Rejected }

/// <summary>Who bears what is taken off a fare. Everybody: driver, commission and tax in the proportions of the fare. Platform: us alone.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BornBy>))]
internal enum BornBy { Everybody, Platform }

/// <summary>What an operator takes off a fare, and why.</summary>
internal sealed record Adjustment(
    Guid AdjustmentId, Guid RideId, long AmountMinorUnits, BornBy BornBy, string Reason, AdjustmentStatus Status, Guid ProposedBy, bool NeedsSecondOperator)
{
    /// <summary>Why <paramref name="user"/> cannot make it effective now; null when they can.</summary>
    public Problem? RefusesApproval(CurrentUser user) =>
        Status is not AdjustmentStatus.Proposed ? BillingProblems.AdjustmentDecided(Status)
        : NeedsSecondOperator && ProposedBy == user.Id ? BillingProblems.SecondOperatorRequired
        : null;

    public AdjustmentView View(string currency) => new(AdjustmentId, RideId, new(AmountMinorUnits, currency), BornBy, Reason, Status);
}

/// <summary>A fare as an adjustment finds it, with what is left of its parts.</summary>
/// <param name="ProposedMinorUnits">Proposals that wait for a second operator; reserved, so that each can still be approved.</param>
/// <param name="TipMinorUnits">What of the total was promised as a tip; it is in the driver's part.</param>
internal sealed record AdjustableFare(
    Guid FareId, Guid RideId, Guid PassengerId, Guid DriverId, string Currency, Settlement Settlement, long TotalMinorUnits, long AdjustedMinorUnits,
    long ProposedMinorUnits, long DriverMinorUnits, long CommissionMinorUnits, long TaxMinorUnits, long CreditedMinorUnits = 0,
    PaymentMethodKind? SettledBy = null, long TipMinorUnits = 0)
{
    /// <summary>What a new adjustment may take off at most.</summary>
    public long LeftMinorUnits => TotalMinorUnits - AdjustedMinorUnits - ProposedMinorUnits;

    /// <summary>What of the tip is left: the fare is lowered first, and the tip when nothing of the fare is left.</summary>
    long TipLeftMinorUnits => Math.Clamp(TotalMinorUnits - AdjustedMinorUnits, 0, Math.Min(TipMinorUnits, DriverMinorUnits));

    bool IsClosed => Settlement is Settlement.WrittenOff or Settlement.Void;

    /// <summary>What of an adjustment the passenger had paid in cash, which stays with the driver: it becomes a credit of theirs.</summary>
    public long CashOf(long minorUnits) =>
        Settlement is Settlement.Settled && SettledBy is PaymentMethodKind.Cash ? minorUnits - ReturnedOf(minorUnits) : 0;

    /// <summary>
    /// What of an adjustment becomes the credit again that it was: what had been set off beyond what is left of the fare. The rest is not collected, or goes
    /// back to where it came from.
    /// </summary>
    public long ReturnedOf(long minorUnits) =>
        SetOffBeyond(TotalMinorUnits - AdjustedMinorUnits - minorUnits) - SetOffBeyond(TotalMinorUnits - AdjustedMinorUnits);

    long SetOffBeyond(long leftMinorUnits) => Math.Max(0, CreditedMinorUnits - leftMinorUnits);

    /// <summary>Why so much cannot be taken off; null when it can.</summary>
    public Problem? Refuses(long minorUnits) =>
        IsClosed ? BillingProblems.FareClosed(Settlement.ToString())
        : minorUnits > LeftMinorUnits ? BillingProblems.MoreThanFare(LeftMinorUnits)
        : null;

    /// <summary>Why a proposal cannot become effective any more; null when it can.</summary>
    public Problem? RefusesApproval() => IsClosed ? BillingProblems.FareClosed(Settlement.ToString()) : null;

    /// <summary>
    /// Who bears what of it, to the minor unit. Each part of the fare gives in proportion to what is left of it, rounded so that none gives more than
    /// it has: tax first and rounded down, then commission, and the driver the rest. What the fare does not cover is taken off the tip, which is the driver's.
    /// </summary>
    public AdjustmentShares Divide(long minorUnits, BornBy bornBy)
    {
        if (bornBy is BornBy.Platform)
        {
            return new(0, 0, 0, minorUnits);
        }

        var tip = Math.Clamp(minorUnits - (TotalMinorUnits - AdjustedMinorUnits - TipLeftMinorUnits), 0, TipLeftMinorUnits);
        var tax = PartOf(TaxMinorUnits);
        var ours = PartOf(TaxMinorUnits + CommissionMinorUnits);
        return new(minorUnits - ours, ours - tax, tax, 0, tip);

        long PartOf(long part) =>
            minorUnits == tip ? 0 : (long)((Int128)part * (minorUnits - tip) / (TaxMinorUnits + CommissionMinorUnits + DriverMinorUnits - TipLeftMinorUnits));
    }
}

/// <summary>Who bears an adjustment; the first four sum to it.</summary>
/// <param name="Tip">What of the driver's part was tip.</param>
internal sealed record AdjustmentShares(long Driver, long Commission, long Tax, long Concession, long Tip = 0);

/// <summary>An adjustment as operators see it.</summary>
internal sealed record AdjustmentView(Guid AdjustmentId, Guid RideId, Money Amount, BornBy BornBy, string Reason, AdjustmentStatus Status);
