using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// The life of an order; attempts to collect it come and go underneath:
/// <code>
/// Pending ──→ Owed ──→ Settled
///    └─────────┴─────→ WrittenOff, Void (by an operator)
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<OrderStatus>))]
internal enum OrderStatus { Pending, Owed, Settled, WrittenOff, Void }

/// <summary>What one passenger owes for one fare, and every decision about it. Pure: the clock and the facts come in, an event or a refusal goes out.</summary>
/// <param name="OpenAttemptId">The attempt whose outcome is not known yet; while there is one, no other way of paying may begin.</param>
/// <param name="AttemptsMade">Attempts so far, the open one included.</param>
/// <param name="AmountMinorUnits">The fare as it was finalised, without the credit that billing set off.</param>
/// <param name="AdjustedMinorUnits">What operators have taken off it since.</param>
/// <param name="CollectedMinorUnits">What attempts have collected of it.</param>
/// <param name="CashMethodId">The cash that the ride was to be paid with, whatever was tried since; null when it was another way.</param>
internal sealed record PaymentOrder(
    Guid Id, Guid RideId, Guid PassengerId, Guid DriverId, long AmountMinorUnits, string Currency, OrderStatus Status, PaymentMethodKind Kind,
    Guid PaymentMethodId, Guid? OpenAttemptId, int AttemptsMade, string? FailureCode, long Version, long AdjustedMinorUnits = 0,
    long CollectedMinorUnits = 0, Guid? CashMethodId = null)
{
    /// <summary>What is still to be collected: the fare without what operators have taken off it, and without what is collected.</summary>
    public Money Amount => new(Math.Max(0, AmountMinorUnits - AdjustedMinorUnits - CollectedMinorUnits), Currency);

    /// <summary>More is collected than is left of the fare: it was lowered meanwhile.</summary>
    public bool HasExcess => CollectedMinorUnits > AmountMinorUnits - AdjustedMinorUnits;

    /// <summary>
    /// It has ended, and what is collected beyond the fare goes back: also of one that was written off while billing lowered its fare. Cash stays with the driver.
    /// </summary>
    public bool GivesExcessBack => this is { Status: OrderStatus.Settled or OrderStatus.WrittenOff, Kind: not PaymentMethodKind.Cash };

    /// <summary>Nothing has been tried yet: a card whose hold is not known.</summary>
    public bool Waits => this is { Kind: PaymentMethodKind.Card, Status: OrderStatus.Pending, OpenAttemptId: null, AttemptsMade: 0, Amount.MinorUnits: > 0 };

    bool IsOpen => Status is OrderStatus.Pending or OrderStatus.Owed;

    /// <summary>Nothing to collect, or collected: the order is done for good.</summary>
    /// <param name="received">What was collected last.</param>
    public Decision<PaymentSucceeded> Settle(PaymentMethodKind kind, Money received, DateTimeOffset now) => IsOpen
        ? new PaymentSucceeded(Id, RideId, PassengerId, DriverId, received, kind) { OccurredAt = now, Version = Version + 1 }
        : PaymentProblems.AlreadyEnded(Status);

    /// <summary>
    /// The driver has the cash. Only of a ride that was to be paid in cash, and only while nothing else has paid, or is being charged for it; what else was
    /// tried in vain does not matter.
    /// </summary>
    public Decision<PaymentSucceeded> ReceiveCash(DateTimeOffset now) => this switch
    {
        { IsOpen: false } => PaymentProblems.AlreadyEnded(Status),
        { OpenAttemptId: not null } => PaymentProblems.AttemptInProgress,
        { CashMethodId: null } => PaymentProblems.NotACashRide,
        { CollectedMinorUnits: > 0 } => PaymentProblems.PaidInPart,
        _ => Settle(PaymentMethodKind.Cash, Amount, now),
    };

    /// <summary>No more attempts by ourselves: the passenger owes, and is asked for another method.</summary>
    public Decision<PaymentFailed> Owe(string code, DateTimeOffset now) => IsOpen
        ? new PaymentFailed(Id, RideId, PassengerId, DriverId, Amount, code) { OccurredAt = now, Version = Version + 1 }
        : PaymentProblems.AlreadyEnded(Status);

    /// <summary>What is open is a code: whoever wants to pay otherwise need not wait for its end.</summary>
    public bool HasOpenCode => this is { OpenAttemptId: not null, Kind: PaymentMethodKind.Qr };

    /// <summary>Why the passenger may not try another card now; null when they may.</summary>
    public Problem? RefusesAnotherCard() => this switch
    {
        { IsOpen: false } => PaymentProblems.AlreadyEnded(Status),
        { OpenAttemptId: not null, HasOpenCode: false } => PaymentProblems.AttemptInProgress,
        _ => null,
    };

    /// <summary>Why an operator may not give the order up in this way now; null when they may.</summary>
    public Problem? RefusesClosing(ClosureKind kind) => this switch
    {
        { IsOpen: false } => PaymentProblems.AlreadyEnded(Status),
        { OpenAttemptId: not null } => PaymentProblems.AttemptInProgress,
        { CollectedMinorUnits: > 0 } when kind is ClosureKind.Void => PaymentProblems.PartlyCollected,
        { Status: not OrderStatus.Owed } when kind is ClosureKind.WriteOff => PaymentProblems.NotOwed(Status),
        _ => null,
    };

    /// <summary>This order, given up.</summary>
    public PaymentOrder Closed(ClosureKind kind) =>
        this with { Status = kind is ClosureKind.WriteOff ? OrderStatus.WrittenOff : OrderStatus.Void, Version = Version + 1 };

    /// <summary>
    /// How long to wait, in city time, before a declined card is tried again without being asked; null when it is not.
    /// Only what may pass (insufficient funds) is tried again, and only until the passenger has been told that they owe. What is held on the card no more
    /// is charged instead, at once; a code that nobody paid in time is replaced by another, so often.
    /// </summary>
    public TimeSpan? NextTryAfter(Decline decline, PaymentOptions options) => decline.IsHeldNoMore ? TimeSpan.Zero :
        decline == Decline.CodeExpired ? Status is OrderStatus.Pending && AttemptsMade <= options.CodeRenewals ? TimeSpan.Zero : null :
        decline.IsSoft && Status is OrderStatus.Pending && AttemptsMade <= options.SoftDeclineRetries
            ? options.SoftDeclineBackOff * Math.Pow(2, AttemptsMade - 1)
            : null;

    /// <summary>This order with an attempt under way.</summary>
    public PaymentOrder With(Attempt attempt) =>
        this with { OpenAttemptId = attempt.Id, AttemptsMade = attempt.Ordinal, PaymentMethodId = attempt.PaymentMethodId, Kind = attempt.Kind };

    /// <summary>This order after an attempt collected a part of it.</summary>
    public PaymentOrder AfterPart() => this with { OpenAttemptId = null, Version = Version + 1 };

    /// <summary>This order after its last attempt was declined.</summary>
    public PaymentOrder WithoutAttempt(string code) => this with { OpenAttemptId = null, FailureCode = code };

    public PaymentOrder Apply(PaymentSucceeded settled) =>
        this with { Status = OrderStatus.Settled, Kind = settled.Kind, OpenAttemptId = null, Version = settled.Version };

    public PaymentOrder Apply(PaymentFailed failed) =>
        this with { Status = OrderStatus.Owed, FailureCode = failed.Code, OpenAttemptId = null, Version = failed.Version };
}
