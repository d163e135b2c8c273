using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// The life of a dispute. The money is gone while it lasts:
/// <code>
/// Received ──→ Won (it comes back, with what the provider gives back of its fee) | Lost
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<DisputeStatus>))]
internal enum DisputeStatus { Received, Won, Lost }

/// <summary>Which charge is disputed, by the name that the provider uses for it.</summary>
/// <param name="AttemptId">The key under which it was made.</param>
/// <param name="ProviderReference">The provider's own name of the charge, or of what was held for it.</param>
internal sealed record DisputedCharge(Guid? AttemptId = null, string? ProviderReference = null);

/// <summary>A dispute as its provider tells it, whole, at every step: so that it does not matter which step is heard first.</summary>
/// <param name="ProviderDisputeId">The provider's name of it.</param>
/// <param name="Fee">What the provider takes beside the amount.</param>
/// <param name="FeeBack">What of the fee came back; nothing unless it is won.</param>
/// <param name="OpenedAt">By the provider's clock, as <paramref name="EvidenceDueAt"/>.</param>
internal sealed record DisputeTold(
    string Provider, string ProviderDisputeId, DisputedCharge Charge, Money Amount, Money Fee, Money FeeBack, string Reason, DisputeStatus Status,
    DateTimeOffset OpenedAt, DateTimeOffset EvidenceDueAt);

/// <summary>
/// Writes down what a provider tells of disputes: webhooks and answers come here alike, in any order and any number. Whatever is heard first begins the
/// dispute, the first end counts. Everybody takes the lock of the order first, or of the top-up.
/// </summary>
internal sealed partial class Disputes(
    CityClock clock, Refunds refunds, TopUpDisputes topUps, Signal<ReturnSurplus> returns, ILogger<Disputes> logger)
{
    // What was captured has the name of what was held for it, and has it written down only when its success is.
    const string ChargeOf = """
        select attempt.id as attempt_id, attempt.order_id, null::uuid as top_up_id, null::uuid as tip_id
        from   payment.attempts attempt
        join   payment.payment_methods method on method.id = attempt.payment_method_id and method.provider = @Provider
        where  attempt.id in (
            select @AttemptId::uuid
            union all
            select id from payment.attempts where provider_charge_id = @ProviderReference
            union all
            select attempt_id from payment.surplus_payments where provider = @Provider and provider_charge_id = @ProviderReference
            union all
            select capture.id
            from   payment.authorisations hold
            join   payment.attempts capture on capture.authorisation_id = hold.id
            where  hold.provider_authorisation_id = @ProviderReference)
        union all
        select null, null, top_up.id, null
        from   payment.top_ups top_up
        join   payment.payment_methods method on method.id = top_up.payment_method_id and method.provider = @Provider
        where  top_up.id = @AttemptId or top_up.provider_charge_id = @ProviderReference
        union all
        select null, tip.order_id, null, tip.id
        from   payment.tips tip
        join   payment.payment_methods method on method.id = tip.payment_method_id and method.provider = @Provider
        where  tip.id = @AttemptId or tip.provider_charge_id = @ProviderReference
        limit  1
        """;

    // Of the payments of one code, the reference says which it is.
    const string DisputedOf = """
        select attempt.id as attempt_id, null::uuid as tip_id, attempt.kind, attempt.status,
               attempt.provider_charge_id is not distinct from @ProviderReference as is_first, surplus.id as surplus_id
        from   payment.attempts attempt
        left   join payment.surplus_payments surplus on surplus.provider = @Provider and surplus.provider_charge_id = @ProviderReference
        where  attempt.id = @AttemptId
        union all
        select null, tip.id, 'Card', case tip.status when 'Failed' then 'Declined' else tip.status end, false, null
        from   payment.tips tip
        where  tip.id = @TipId
        """;

    const string CountEvent = "update payment.orders set version = version + 1, updated_at = @Now where id = @OrderId returning version";

    /// <summary>False when nothing of it is new, or the charge is not ours.</summary>
    public async Task<bool> Record(Transaction tx, DisputeTold told, CancellationToken ct)
    {
        var named = new { told.Provider, told.Charge.AttemptId, told.Charge.ProviderReference };
        if (await tx.Find<Charge>(ChargeOf, named, ct) is not { } charge)
        {
            NotOurs(told.Provider, told.ProviderDisputeId);
            return false;
        }

        return charge.TopUpId is { } topUpId
            ? await topUps.Record(tx, told, topUpId, ct)
            : await Record(tx, told, charge, (await tx.LockOrder(charge.OrderId!.Value, ct))!, ct);
    }

    async Task<bool> Record(Transaction tx, DisputeTold told, Charge charge, PaymentOrder order, CancellationToken ct)
    {
        var disputed = (await tx.Find<Disputed>(DisputedOf, new { charge.AttemptId, charge.TipId, told.Provider, told.Charge.ProviderReference }, ct))!;
        switch (disputed)
        {
            case { SurplusId: not null } or { Status: AttemptStatus.Succeeded, Kind: not PaymentMethodKind.Qr } or { Status: AttemptStatus.Succeeded, IsFirst: true }:
                break;
            case { Status: AttemptStatus.Declined, Kind: not PaymentMethodKind.Qr }:
                NeverCharged(told.Provider, told.ProviderDisputeId, (disputed.AttemptId ?? disputed.TipId)!.Value);
                return false;
            default:
                // It was charged, or there were no dispute; but how is still on its way to us. Whoever told will tell again.
                throw new TimeoutException($"A payment of {disputed.AttemptId ?? disputed.TipId} is disputed before it is known.");
        }

        var began = await Begin(tx, told, disputed, order, ct);
        // One that must wait is open, and asked about again.
        var ended = told.Status is not DisputeStatus.Received && !await tx.IsOnItsWayBack(disputed.SurplusId, ct) && await End(tx, told, order, ct);
        return began || ended;
    }

    async Task<bool> Begin(Transaction tx, DisputeTold told, Disputed disputed, PaymentOrder order, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // What is taken back of a tip is not taken back of the order's fare.
        var about = new DisputeAbout(disputed.TipId is null ? order.Id : null, disputed.AttemptId, disputed.SurplusId, TipId: disputed.TipId);
        if (await tx.BeginDispute(told, about, now, ct) is not { } id)
        {
            return false;
        }

        await tx.PutOffReturn(disputed.SurplusId, ct);
        tx.Publish(new ChargebackReceived(id, order.Id, order.RideId, order.PassengerId, order.DriverId, told.Amount, told.Fee, told.Reason, disputed.TipId)
        {
            OccurredAt = now,
            Version = await NextVersion(tx, order, now, ct),
        });
        return true;
    }

    async Task<bool> End(Transaction tx, DisputeTold told, PaymentOrder order, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.EndDispute(told, now, ct) is not { } ended)
        {
            return false;
        }

        if (told.Status is DisputeStatus.Lost)
        {
            await Lose(tx, told, ended, order, now, ct);
        }
        else
        {
            await Win(tx, told, ended, order, now, ct);
        }

        return true;
    }

    async Task Lose(Transaction tx, DisputeTold told, EndedDispute ended, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        // What was paid once too often went back by the bank instead of by us, unless it was back before.
        var ours = !await tx.TakeBackSurplus(ended.SurplusId, told.Amount.MinorUnits, now, ct);
        await tx.GiveRestOfSurplus(ended.SurplusId, ct);
        tx.OnCommitted(returns.Wake);
        tx.Publish(new ChargebackLost(
            ended.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, told.Amount, told.Fee, ours ? null : ended.SurplusId, ended.TipId)
        {
            OccurredAt = now,
            Version = await NextVersion(tx, order, now, ct),
        });
        await refunds.SetOff(tx, order, ct);
    }

    async Task Win(Transaction tx, DisputeTold told, EndedDispute ended, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        tx.Publish(new ChargebackWon(ended.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, told.Amount, told.FeeBack, ended.TipId)
        {
            OccurredAt = now,
            Version = await NextVersion(tx, order, now, ct),
        });
        await tx.GiveRestOfSurplus(ended.SurplusId, ct);
        tx.OnCommitted(returns.Wake);
        // What was taken off the fare while the money was gone is ours to give back now.
        await refunds.BeginExcess(tx, order, ct);
    }

    static Task<long> NextVersion(Transaction tx, PaymentOrder order, DateTimeOffset now, CancellationToken ct) =>
        tx.Find<long>(CountEvent, new { OrderId = order.Id, Now = now }, ct);

    /// <summary>An attempt of an order, its tip, or a top-up.</summary>
    sealed record Charge(Guid? AttemptId, Guid? OrderId, Guid? TopUpId, Guid? TipId);

    /// <param name="IsFirst">Whether it is the payment that the attempt succeeded by.</param>
    /// <param name="SurplusId">When it was one too many.</param>
    sealed record Disputed(Guid? AttemptId, Guid? TipId, PaymentMethodKind Kind, AttemptStatus Status, bool IsFirst, Guid? SurplusId);

    [LoggerMessage(LogLevel.Warning, "{Provider} tells of dispute {DisputeId} about a charge that is none of ours; see to it")]
    partial void NotOurs(string provider, string disputeId);

    [LoggerMessage(LogLevel.Critical, "{Provider} tells of dispute {DisputeId}, but {ChargeId} counts as declined; reconcile by hand")]
    partial void NeverCharged(string provider, string disputeId, Guid chargeId);
}
