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
/// dispute, the first end counts. Everybody takes the order's lock first.
/// </summary>
internal sealed partial class Disputes(CityClock clock, Refunds refunds, Signal<ReturnSurplus> returns, ILogger<Disputes> logger)
{
    // What was captured has the name of what was held for it, and has it written down only when its success is.
    const string ChargeOf = """
        select attempt.id as attempt_id, attempt.order_id
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
        limit  1
        """;

    // Of the payments of one code, the reference says which it is.
    const string DisputedOf = """
        select attempt.id as attempt_id, attempt.kind, attempt.status, attempt.provider_charge_id is not distinct from @ProviderReference as is_first,
               surplus.id as surplus_id
        from   payment.attempts attempt
        left   join payment.surplus_payments surplus on surplus.provider = @Provider and surplus.provider_charge_id = @ProviderReference
        where  attempt.id = @AttemptId
        """;

    const string InsertOnce = """
        insert into payment.disputes (id, provider, provider_dispute_id, order_id, attempt_id, surplus_id, amount_minor_units, fee_minor_units, currency,
               reason, status, opened_at, evidence_due_at, received_at)
        values (@Id, @Provider, @ProviderDisputeId, @OrderId, @AttemptId, @SurplusId, @MinorUnits, @FeeMinorUnits, @Currency, @Reason, 'Received',
               @OpenedAt, @EvidenceDueAt, @Now)
        on conflict do nothing
        """;

    const string EndOnce = """
        update payment.disputes
        set    status = @Status, fee_back_minor_units = @FeeBack, ended_at = @Now
        where  provider = @Provider and provider_dispute_id = @ProviderDisputeId and status = 'Received'
        returning id, surplus_id
        """;

    const string CountEvent = "update payment.orders set version = version + 1, updated_at = @Now where id = @OrderId returning version";

    /// <summary>False when nothing of it is new, or the charge is not ours.</summary>
    public async Task<bool> Record(Transaction tx, DisputeTold told, CancellationToken ct)
    {
        var named = new { told.Provider, told.Charge.AttemptId, told.Charge.ProviderReference };
        if (await tx.Find<Charge>(ChargeOf, named, ct) is not { } charge || await tx.LockOrder(charge.OrderId, ct) is not { } order)
        {
            NotAFares(told.Provider, told.ProviderDisputeId);
            return false;
        }

        var disputed = (await tx.Find<Disputed>(DisputedOf, new { charge.AttemptId, told.Provider, told.Charge.ProviderReference }, ct))!;
        switch (disputed)
        {
            case { SurplusId: not null } or { Status: AttemptStatus.Succeeded, Kind: not PaymentMethodKind.Qr } or { Status: AttemptStatus.Succeeded, IsFirst: true }:
                break;
            case { Status: AttemptStatus.Declined, Kind: not PaymentMethodKind.Qr }:
                NeverCharged(told.Provider, told.ProviderDisputeId, charge.AttemptId);
                return false;
            default:
                // It was charged, or there were no dispute; but how is still on its way to us. Whoever told will tell again.
                throw new TimeoutException($"A payment of attempt {charge.AttemptId} is disputed before it is known.");
        }

        var began = await Begin(tx, told, disputed, order, ct);
        // One that must wait is open, and asked about again.
        var ended = told.Status is not DisputeStatus.Received && !await tx.IsOnItsWayBack(disputed.SurplusId, ct) && await End(tx, told, order, ct);
        return began || ended;
    }

    async Task<bool> Begin(Transaction tx, DisputeTold told, Disputed disputed, PaymentOrder order, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7();
        var row = new
        {
            Id = id,
            told.Provider,
            told.ProviderDisputeId,
            OrderId = order.Id,
            disputed.AttemptId,
            disputed.SurplusId,
            told.Amount.MinorUnits,
            FeeMinorUnits = told.Fee.MinorUnits,
            told.Amount.Currency,
            told.Reason,
            told.OpenedAt,
            told.EvidenceDueAt,
            Now = now,
        };
        if (await tx.Execute(InsertOnce, row, ct) == 0)
        {
            return false;
        }

        await tx.PutOffReturn(disputed.SurplusId, ct);
        tx.Publish(new ChargebackReceived(id, order.Id, order.RideId, order.PassengerId, order.DriverId, told.Amount, told.Fee, told.Reason)
        {
            OccurredAt = now,
            Version = await NextVersion(tx, order, now, ct),
        });
        return true;
    }

    async Task<bool> End(Transaction tx, DisputeTold told, PaymentOrder order, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var row = new { told.Provider, told.ProviderDisputeId, Status = told.Status.ToString(), FeeBack = told.FeeBack.MinorUnits, Now = now };
        if (await tx.Find<Ended>(EndOnce, row, ct) is not { } ended)
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

    async Task Lose(Transaction tx, DisputeTold told, Ended ended, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        // What was paid once too often went back by the bank instead of by us, unless it was back before.
        var ours = !await tx.TakeBackSurplus(ended.SurplusId, told.Amount.MinorUnits, now, ct);
        await tx.GiveRestOfSurplus(ended.SurplusId, ct);
        tx.OnCommitted(returns.Wake);
        tx.Publish(new ChargebackLost(ended.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, told.Amount, told.Fee, ours ? null : ended.SurplusId)
        {
            OccurredAt = now,
            Version = await NextVersion(tx, order, now, ct),
        });
        await refunds.SetOff(tx, order, ct);
    }

    async Task Win(Transaction tx, DisputeTold told, Ended ended, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        tx.Publish(new ChargebackWon(ended.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, told.Amount, told.FeeBack)
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

    sealed record Charge(Guid AttemptId, Guid OrderId);

    /// <param name="IsFirst">Whether it is the payment that the attempt succeeded by.</param>
    /// <param name="SurplusId">When it was one too many.</param>
    sealed record Disputed(Guid AttemptId, PaymentMethodKind Kind, AttemptStatus Status, bool IsFirst, Guid? SurplusId);

    sealed record Ended(Guid Id, Guid? SurplusId);

    [LoggerMessage(LogLevel.Warning, "{Provider} tells of dispute {DisputeId} about a charge that is no fare's: a top-up, a tip, or somebody else's; see to it")]
    partial void NotAFares(string provider, string disputeId);

    [LoggerMessage(LogLevel.Critical, "{Provider} tells of dispute {DisputeId}, but attempt {AttemptId} counts as declined; reconcile by hand")]
    partial void NeverCharged(string provider, string disputeId, Guid attemptId);
}
