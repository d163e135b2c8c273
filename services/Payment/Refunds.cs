using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Money on its way back. Refunds begin where more is captured than is left of a fare; the worker and the provider's webhooks end them, in any order
/// and any number. Everybody takes the order's lock first, so that nobody waits in a circle, and the attempt counts its refunds, so that they never exceed it.
/// What a bank gave back instead is set off, and not refunded too.
/// </summary>
internal sealed class Refunds(CityClock clock, Signal<SendDueRefunds> signal)
{
    // Of an order that was paid in parts the newest goes back first. What came from a wallet is billing's to put back, which it does when it hears of it.
    // Of a part a bank may have taken more than was kept: the others make up for it. What was set off is among what banks took, and so not kept.
    const string InsertExcess = """
        insert into payment.refunds (id, order_id, attempt_id, amount_minor_units, currency, status, due_at, created_at, ended_at)
        select gen_random_uuid(), order_id, id, least(kept, excess - from_newer), currency, case kind when 'Wallet' then 'Succeeded' else 'Due' end,
               now(), @Now, case kind when 'Wallet' then @Now::timestamptz end
        from   (select id, order_id, kind, currency, kept, sum(kept) over ()::bigint - @Due as excess,
                       (sum(greatest(0, kept)) over (order by ordinal desc) - greatest(0, kept))::bigint as from_newer
                from   payment.attempts
                cross  join lateral (select amount_minor_units - refunded_minor_units - charged_back_minor_units as kept) as left_of_it
                where  order_id = @OrderId and kind in ('Card', 'Wallet', 'Qr') and status = 'Succeeded') as part
        where  kept > 0 and excess > from_newer
        returning id as refund_id, amount_minor_units, status
        """;

    const string Excess = """
        select greatest(0, coalesce(sum(amount_minor_units - refunded_minor_units - charged_back_minor_units), 0) - @Due)::bigint
        from   payment.attempts
        where  order_id = @OrderId and kind in ('Card', 'Wallet', 'Qr') and status = 'Succeeded'
        """;

    // What was paid beyond what is left of the fare, and is not given back, the passenger has from their bank already, as far as it took the charge for good.
    // It grows only: what was lost stays lost, a fare is only lowered, and a refund begins over what no bank took.
    const string SetOffMore = """
        update payment.orders
        set    set_off_minor_units = least(paid.minor_units - (amount_minor_units - adjusted_minor_units) - returned.minor_units, lost.minor_units),
               version = version + 1, updated_at = @Now
        from   (select coalesce(sum(amount_minor_units), 0)::bigint as minor_units
                from   payment.attempts where order_id = @OrderId and kind in ('Card', 'Wallet', 'Qr') and status = 'Succeeded') as paid,
               (select coalesce(sum(amount_minor_units), 0)::bigint as minor_units
                from   payment.refunds where order_id = @OrderId and status <> 'Failed') as returned,
               (select coalesce(sum(amount_minor_units), 0)::bigint as minor_units
                from   payment.disputes where order_id = @OrderId and status = 'Lost' and surplus_id is null) as lost,
               (select set_off_minor_units as minor_units from payment.orders where id = @OrderId) as before
        where  id = @OrderId and status = 'Settled' and kind <> 'Cash'
          and  least(paid.minor_units - (amount_minor_units - adjusted_minor_units) - returned.minor_units, lost.minor_units) > set_off_minor_units
        returning version, set_off_minor_units - before.minor_units as minor_units
        """;

    const string OrderOf = "select order_id from payment.refunds where id = @RefundId";

    const string EndRefund = """
        update payment.refunds
        set    status = @Status, provider_refund_id = coalesce(@Reference, provider_refund_id), failure_code = @Code, ended_at = @Now, lease = null
        where  id = @RefundId and status in ('Due', 'Sent')
        returning amount_minor_units
        """;

    const string CountEvent = "update payment.orders set version = version + 1, updated_at = @Now where id = @OrderId returning version";

    /// <summary>
    /// Gives back what is captured beyond what is left of the fare, and sets off what a bank gave back; false when no refund begins. The order is locked.
    /// </summary>
    public async Task<bool> BeginExcess(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        var row = new { OrderId = order.Id, Due = order.AmountMinorUnits - order.AdjustedMinorUnits, Now = clock.GetUtcNow() };
        var begun = await tx.List<Begun>(InsertExcess, row, ct);
        foreach (var back in begun.Where(one => one.Status is "Succeeded"))
        {
            var version = await tx.Find<long>(CountEvent, new { OrderId = order.Id, row.Now }, ct);
            tx.Publish(new RefundSucceeded(
                back.RefundId, order.Id, order.RideId, order.PassengerId, order.DriverId, new(back.AmountMinorUnits, order.Currency), PaymentMethodKind.Wallet)
            { OccurredAt = row.Now, Version = version });
        }

        await SetOff(tx, order, ct);
        tx.OnCommitted(signal.Wake);
        return begun.Count > 0;
    }

    /// <summary>What <see cref="BeginExcess"/> would give back, in minor units. The order is locked.</summary>
    public static Task<long> ExcessOf(Transaction tx, PaymentOrder order, CancellationToken ct) =>
        tx.Find<long>(Excess, new { OrderId = order.Id, Due = order.AmountMinorUnits - order.AdjustedMinorUnits }, ct);

    /// <summary>
    /// What the passenger is due, and has from their bank already, is not refunded: they owe so much less of the charge that they took back. Looked at wherever
    /// it may have grown. The order is locked.
    /// </summary>
    public async Task SetOff(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.Find<More>(SetOffMore, new { OrderId = order.Id, Now = now }, ct) is { } more)
        {
            tx.Publish(new ChargebackSetOff(
                Guid.CreateVersion7(), order.Id, order.RideId, order.PassengerId, order.DriverId, new(more.MinorUnits, order.Currency))
            { OccurredAt = now, Version = more.Version });
        }
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
        await SetOff(tx, order, ct);
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

    sealed record Begun(Guid RefundId, long AmountMinorUnits, string Status);

    sealed record More(long Version, long MinorUnits);

    sealed record Ended(PaymentOrder Order, Money Amount, DateTimeOffset At);
}
