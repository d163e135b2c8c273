using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Writes down how an attempt ended and what follows for its order. The worker and the provider's webhooks come here alike, in any
/// order and any number: the first ends the attempt, the others find it ended.
/// </summary>
internal sealed class Outcomes(CityClock clock, IOptions<PaymentOptions> options, PaymentSignal signal)
{
    const string EndAttempt = """
        update payment.attempts
        set    status = @Status, provider_charge_id = coalesce(@ChargeId, provider_charge_id), decline_code = @Code, ended_at = @Now, lease = null
        where  id = @AttemptId and status in ('Due', 'Sent')
        returning order_id
        """;

    /// <summary>The provider holds the money. False when the attempt had ended before.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid attemptId, ChargeAnswer.Succeeded success, CancellationToken ct)
    {
        if (await End(tx, attemptId, AttemptStatus.Succeeded, success.ChargeId, null, ct) is not { } order)
        {
            return false;
        }

        var settled = order.Settle(Contracts.PaymentMethodKind.Card, clock.GetUtcNow()).Event
            ?? throw new InvalidOperationException($"Order {order.Id} ended while attempt {attemptId} was open.");
        await tx.Save(order.Apply(settled), settled.OccurredAt, ct);
        tx.Publish(settled);
        return true;
    }

    /// <summary>The provider does not hold the money: try again later, or the passenger owes. False when the attempt had ended before.</summary>
    public async Task<bool> RecordDecline(Transaction tx, Guid attemptId, ChargeAnswer.Declined declined, CancellationToken ct)
    {
        if (await End(tx, attemptId, AttemptStatus.Declined, declined.ChargeId, declined.Why.Code, ct) is not { } ended)
        {
            return false;
        }

        var order = ended.WithoutAttempt(declined.Why.Code);
        await (order.NextTryAfter(declined.Why, options.Value) is { } wait ? TryAgain(tx, order, wait, ct) : Owe(tx, order, declined.Why.Code, ct));
        return true;
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

    async Task<PaymentOrder?> End(Transaction tx, Guid attemptId, AttemptStatus status, string? chargeId, string? code, CancellationToken ct)
    {
        var row = new { AttemptId = attemptId, Status = status.ToString(), ChargeId = chargeId, Code = code, Now = clock.GetUtcNow() };
        return await tx.Find<Guid?>(EndAttempt, row, ct) is { } orderId ? await tx.LockOrder(orderId, ct) : null;
    }
}
