using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Writes down how an attempt ended and what follows for its order. The worker and the provider's webhooks come here alike, in any
/// order and any number: the first ends the attempt, the others find it ended.
/// </summary>
internal sealed class Outcomes(CityClock clock, IOptions<PaymentOptions> options, Refunds refunds, Collecting collecting, Authorisations authorisations)
{
    const string EndAttempt = """
        update payment.attempts
        set    status = @Status, provider_charge_id = coalesce(@ChargeId, provider_charge_id), decline_code = @Code, ended_at = @Now, lease = null
        where  id = @AttemptId and status in ('Due', 'Sent')
        returning order_id, amount_minor_units, kind, authorisation_id
        """;

    const string MarkCaptured = "update payment.authorisations set status = 'Captured', ended_at = @Now where id = @AuthorisationId";

    const string LowerToTaken = """
        update payment.attempts set amount_minor_units = @MinorUnits where id = @AttemptId and status in ('Due', 'Sent') and amount_minor_units > @MinorUnits
        """;

    /// <summary>The provider holds the money. False when the attempt had ended before.</summary>
    public Task<bool> RecordSuccess(Transaction tx, Guid attemptId, ProviderAnswer.Succeeded success, CancellationToken ct) =>
        Collect(tx, attemptId, success.Reference, ct);

    /// <summary>The wallet has paid so much of it. False when the attempt had ended before.</summary>
    public async Task<bool> RecordWalletCharge(Transaction tx, Guid attemptId, Money taken, CancellationToken ct)
    {
        await tx.Execute(LowerToTaken, new { AttemptId = attemptId, taken.MinorUnits }, ct);
        return await Collect(tx, attemptId, reference: null, ct);
    }

    async Task<bool> Collect(Transaction tx, Guid attemptId, string? reference, CancellationToken ct)
    {
        if (await End(tx, attemptId, AttemptStatus.Succeeded, reference, null, ct) is not { } ended)
        {
            return false;
        }

        if (ended.AuthorisationId is { } captured)
        {
            await tx.Execute(MarkCaptured, new { AuthorisationId = captured, Now = clock.GetUtcNow() }, ct);
        }

        await (ended.Order.Amount.MinorUnits == 0
            ? Settle(tx, ended.Order, ended.Kind, ended.Amount, ct)
            : CollectTheRest(tx, attemptId, ended, ct));
        return true;
    }

    /// <summary>The provider does not hold the money: try again later, or the passenger owes what is left of the fare. False when the attempt had ended before.</summary>
    public async Task<bool> RecordDecline(Transaction tx, Guid attemptId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        if (await End(tx, attemptId, AttemptStatus.Declined, declined.Reference, declined.Why.Code, ct) is not { } ended)
        {
            return false;
        }

        if (ended.AuthorisationId is { } held)
        {
            await authorisations.NotCaptured(tx, held, declined.Why, ct);
        }

        var order = ended.Order.WithoutAttempt(declined.Why.Code);
        await (order.Amount.MinorUnits == 0 ? SettleNothing(tx, order, ct)
            : ended.Kind is PaymentMethodKind.Wallet ? CollectByRestCard(tx, order, ct)
            : order.NextTryAfter(declined.Why, options.Value) is { } wait ? collecting.Charge(tx, order, wait, ct)
            : Owe(tx, order, declined.Why.Code, ct));
        return true;
    }

    /// <summary>Nothing is left to collect.</summary>
    public Task SettleNothing(Transaction tx, PaymentOrder order, CancellationToken ct) => Settle(tx, order, order.Kind, Money.Zero(order.Currency), ct);

    async Task Settle(Transaction tx, PaymentOrder order, PaymentMethodKind kind, Money received, CancellationToken ct)
    {
        var settled = order.Settle(kind, received, clock.GetUtcNow()).Event ?? throw new InvalidOperationException($"Order {order.Id} had ended before.");
        await tx.Save(order.Apply(settled), settled.OccurredAt, ct);
        tx.Publish(settled);
        if (order.HasExcess)
        {
            // The fare was lowered while it was being collected.
            await refunds.BeginExcess(tx, order, ct);
        }
    }

    /// <summary>What was held on the card, or in the wallet, did not reach: the rest is charged.</summary>
    async Task CollectTheRest(Transaction tx, Guid attemptId, Ended ended, CancellationToken ct)
    {
        var order = ended.Order.AfterPart();
        tx.Publish(new PaymentPartCollected(attemptId, order.Id, order.RideId, order.PassengerId, order.DriverId, ended.Amount, ended.Kind)
        {
            OccurredAt = clock.GetUtcNow(),
            Version = order.Version,
        });
        await (ended.Kind is PaymentMethodKind.Wallet ? CollectByRestCard(tx, order, ct) : collecting.Charge(tx, order, TimeSpan.Zero, ct));
    }

    /// <summary>What the wallet did not hold, the card behind it pays; without one the passenger owes.</summary>
    async Task CollectByRestCard(Transaction tx, PaymentOrder order, CancellationToken ct) =>
        await (await Collecting.RestCardOf(tx, order, ct) is { } card
            ? collecting.By(tx, order, card, PaymentMethodKind.Card, ct)
            : Owe(tx, order, order.FailureCode ?? "insufficient-wallet-balance", ct));

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
            ? new(order, new(ended.AmountMinorUnits, order.Currency), ended.Kind, ended.AuthorisationId)
            : null;
    }

    /// <param name="Order">With what the attempt has collected, if it has.</param>
    /// <param name="Amount">What the attempt was over.</param>
    /// <param name="AuthorisationId">What it was to capture.</param>
    sealed record Ended(PaymentOrder Order, Money Amount, PaymentMethodKind Kind, Guid? AuthorisationId);

    sealed record EndedRow(Guid OrderId, long AmountMinorUnits, PaymentMethodKind Kind, Guid? AuthorisationId);
}
