using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Writes down how an attempt ended and what follows for its order. The worker and the provider's webhooks come here alike, in any
/// order and any number: the first ends the attempt, the others find it ended.
/// </summary>
internal sealed class Outcomes(CityClock clock, IOptions<PaymentOptions> options, Refunds refunds, Signal<ChargeDueAttempts> signal)
{
    const string EndAttempt = """
        update payment.attempts
        set    status = @Status, provider_charge_id = coalesce(@ChargeId, provider_charge_id), decline_code = @Code, ended_at = @Now, lease = null
        where  id = @AttemptId and status in ('Due', 'Sent')
        returning order_id, amount_minor_units
        """;

    /// <summary>The provider holds the money. False when the attempt had ended before.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid attemptId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        if (await End(tx, attemptId, AttemptStatus.Succeeded, success.Reference, null, ct) is not { } ended)
        {
            return false;
        }

        var (order, captured) = ended;
        var settled = order.Settle(PaymentMethodKind.Card, captured, clock.GetUtcNow()).Event
            ?? throw new InvalidOperationException($"Order {order.Id} ended while attempt {attemptId} was open.");
        await tx.Save(order.Apply(settled), settled.OccurredAt, ct);
        tx.Publish(settled);
        if (captured.MinorUnits > order.Amount.MinorUnits)
        {
            // The fare was lowered while the card was being charged.
            await refunds.BeginExcess(tx, order, ct);
        }

        return true;
    }

    /// <summary>The provider does not hold the money: try again later, or the passenger owes what is left of the fare. False when the attempt had ended before.</summary>
    public async Task<bool> RecordDecline(Transaction tx, Guid attemptId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        if (await End(tx, attemptId, AttemptStatus.Declined, declined.Reference, declined.Why.Code, ct) is not { } ended)
        {
            return false;
        }

        var order = ended.Order.WithoutAttempt(declined.Why.Code);
        await (order.Amount.MinorUnits == 0 ? SettleNothing(tx, order, ct)
            : order.NextTryAfter(declined.Why, options.Value) is { } wait ? TryAgain(tx, order, wait, ct)
            : Owe(tx, order, declined.Why.Code, ct));
        return true;
    }

    /// <summary>Nothing is left to collect.</summary>
    public async Task SettleNothing(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        var settled = order.Settle(order.Kind, order.Amount, clock.GetUtcNow()).Event
            ?? throw new InvalidOperationException($"Order {order.Id} had ended before.");
        await tx.Save(order.Apply(settled), settled.OccurredAt, ct);
        tx.Publish(settled);
    }

    async Task TryAgain(Transaction tx, PaymentOrder order, TimeSpan wait, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var next = Attempt.Next(order, order.PaymentMethodId, order.Kind);
        await tx.Schedule(next, clock.ToSystem(wait), now, ct);
        await tx.Save(order.With(next), now, ct);
        tx.OnCommitted(signal.Wake);
    }

    async Task Owe(Transaction tx, PaymentOrder order, string code, CancellationToken ct)
    {
        var failed = order.Owe(code, clock.GetUtcNow()).Event
            ?? throw new InvalidOperationException($"Order {order.Id} ended while its attempt was open.");
        await tx.Save(order.Apply(failed), failed.OccurredAt, ct);
        tx.Publish(failed);
    }

    async Task<Ended?> End(Transaction tx, Guid attemptId, AttemptStatus status, string? reference, string? code, CancellationToken ct)
    {
        var row = new { AttemptId = attemptId, Status = status.ToString(), ChargeId = reference, Code = code, Now = clock.GetUtcNow() };
        return await tx.Find<EndedRow>(EndAttempt, row, ct) is { } ended && await tx.LockOrder(ended.OrderId, ct) is { } order
            ? new(order, new(ended.AmountMinorUnits, order.Currency))
            : null;
    }

    /// <param name="Amount">What the attempt was over; more than is left of the fare when it was lowered meanwhile.</param>
    sealed record Ended(PaymentOrder Order, Money Amount);

    sealed record EndedRow(Guid OrderId, long AmountMinorUnits);
}
