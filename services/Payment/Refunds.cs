using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Money on its way back. Refunds begin where more is captured than is left of a fare; the worker and the provider's webhooks end them, in any order
/// and any number. Everybody takes the order's lock first, so that nobody waits in a circle, and the attempt counts its refunds, so that they never exceed it.
/// </summary>
internal sealed class Refunds(CityClock clock, Signal<SendDueRefunds> signal)
{
    const string InsertExcess = """
        insert into payment.refunds (id, order_id, attempt_id, amount_minor_units, currency, status, due_at, created_at)
        select @Id, order_id, id, amount_minor_units - refunded_minor_units - @Due, currency, 'Due', now(), @Now
        from   payment.attempts
        where  order_id = @OrderId and kind = 'Card' and status = 'Succeeded' and amount_minor_units - refunded_minor_units > @Due
        """;

    const string OrderOf = "select order_id from payment.refunds where id = @RefundId";

    const string EndRefund = """
        update payment.refunds
        set    status = @Status, provider_refund_id = coalesce(@Reference, provider_refund_id), failure_code = @Code, ended_at = @Now, lease = null
        where  id = @RefundId and status in ('Due', 'Sent')
        returning amount_minor_units
        """;

    const string CountEvent = "update payment.orders set version = version + 1, updated_at = @Now where id = @OrderId returning version";

    /// <summary>Gives back what is captured beyond what is left of the fare; false when nothing is. The order is locked.</summary>
    public async Task<bool> BeginExcess(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        var row = new { Id = Guid.CreateVersion7(), OrderId = order.Id, Due = order.AmountMinorUnits - order.AdjustedMinorUnits, Now = clock.GetUtcNow() };
        if (await tx.Execute(InsertExcess, row, ct) == 0)
        {
            return false;
        }

        tx.OnCommitted(signal.Wake);
        return true;
    }

    /// <summary>The passenger has it back. False when the refund had ended before.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid refundId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        if (await End(tx, refundId, "Succeeded", success.Reference, null, ct) is not { } ended)
        {
            return false;
        }

        var (order, amount, now) = ended;
        tx.Publish(new RefundSucceeded(refundId, order.Id, order.RideId, order.PassengerId, order.DriverId, amount) { OccurredAt = now, Version = order.Version });
        return true;
    }

    /// <summary>The provider refuses, or knows nothing of it after many tries: the passenger is still due it. False when it had ended before.</summary>
    public async Task<bool> RecordFailure(Transaction tx, Guid refundId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        if (await End(tx, refundId, "Failed", declined.Reference, declined.Why.Code, ct) is not { } ended)
        {
            return false;
        }

        var (order, amount, now) = ended;
        tx.Publish(new RefundFailed(refundId, order.Id, order.RideId, order.PassengerId, order.DriverId, amount, declined.Why.Code)
        {
            OccurredAt = now,
            Version = order.Version,
        });
        return true;
    }

    async Task<Ended?> End(Transaction tx, Guid refundId, string status, string? reference, string? code, CancellationToken ct)
    {
        if (await tx.Find<Guid?>(OrderOf, new { RefundId = refundId }, ct) is not { } orderId || await tx.LockOrder(orderId, ct) is not { } order)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var row = new { RefundId = refundId, Status = status, Reference = reference, Code = code, Now = now };
        if (await tx.Find<long?>(EndRefund, row, ct) is not { } minorUnits)
        {
            return null;
        }

        var version = await tx.Find<long>(CountEvent, new { OrderId = orderId, Now = now }, ct);
        return new(order with { Version = version }, new(minorUnits, order.Currency), now);
    }

    sealed record Ended(PaymentOrder Order, Money Amount, DateTimeOffset At);
}
