using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Codes that phones scan: what they say, who paid them, and what was paid once too often. The worker, the provider's webhooks and the look after the end come
/// here alike, in any order and any number. Everybody takes the order's lock first, so that a payment is the fare's or a surplus, and nobody waits in a circle.
/// </summary>
internal sealed partial class Codes(Database database, CityClock clock, Outcomes outcomes, Signal<ReturnSurplus> signal, ILogger<Codes> logger)
{
    // Made when its attempt had ended already, it is closed again.
    const string Keep = """
        update payment.codes
        set    url = @Url, expires_at = @ExpiresAt, look_at = case when ended_at is null then null else now() end
        where  attempt_id = @AttemptId and url is null
        """;

    const string OrderOf = "select order_id from payment.attempts where id = @AttemptId and kind = 'Qr'";

    const string EndOpen = """
        update payment.attempts
        set    status = 'Declined', decline_code = @Code, ended_at = @Now, lease = null
        where  id = @AttemptId and kind = 'Qr' and status in ('Due', 'Sent')
        """;

    const string InsertSurplusOnce = """
        insert into payment.surplus_payments
               (id, return_id, order_id, attempt_id, provider, provider_key, provider_charge_id, amount_minor_units, currency, status, due_at, created_at)
        select @Id, @ReturnId, attempt.order_id, attempt.id, method.provider, @Key, @ChargeId, attempt.amount_minor_units, attempt.currency, 'Due', now(), @Now
        from   payment.attempts attempt
        join   payment.payment_methods method on method.id = attempt.payment_method_id
        where  attempt.id = @AttemptId and (attempt.status, attempt.provider_charge_id) is distinct from ('Succeeded', @ChargeId)
        on conflict (provider, provider_charge_id) do nothing
        returning id, order_id, amount_minor_units, currency
        """;

    const string OrderOfReturn = "select order_id from payment.surplus_payments where return_id = @ReturnId";

    const string EndReturnOnce = """
        update payment.surplus_payments
        set    status = @Status, provider_refund_id = @Reference, failure_code = @Code, ended_at = @Now, lease = null
        where  return_id = @ReturnId and status in ('Due', 'Sent')
        returning id, order_id, amount_minor_units - taken_back_minor_units as amount_minor_units, currency
        """;

    const string TryFailedAgain = $"""
        update payment.surplus_payments
        {SurplusDisputes.TryAgain}
        where  order_id = @OrderId and status = 'Failed' and {SurplusDisputes.NotDisputed}
        """;

    const string FailedReturns = $"""
        select coalesce(sum(amount_minor_units - taken_back_minor_units), 0)::bigint
        from   payment.surplus_payments
        where  order_id = @OrderId and status = 'Failed' and {SurplusDisputes.NotDisputed}
        """;

    const string CountEvent = "update payment.orders set version = version + 1, updated_at = @Now where id = @OrderId returning version";

    /// <summary>Whoever asks may now see what the code says. The provider gives one code per attempt, however often it is asked.</summary>
    public Task Show(Guid attemptId, ProviderCode code, CancellationToken ct) =>
        database.Execute(Keep, new { AttemptId = attemptId, code.Url, code.ExpiresAt }, ct);

    /// <summary>Somebody has paid it: the first ends the attempt, whatever else was paid goes back. False when it was known, or is not ours.</summary>
    public async Task<bool> Record(Transaction tx, CodePayment paid, CancellationToken ct) =>
        await LockOrderOf(tx, paid.AttemptId, ct) is { } order
        && ((paid.IsFirst && await outcomes.RecordSuccess(tx, paid.AttemptId, new(paid.ChargeId), ct)) || await RecordSurplus(tx, order, paid, ct));

    /// <summary>Nobody has paid it in time, or it could not be made. False when the attempt had ended before.</summary>
    public async Task<bool> RecordEnd(Transaction tx, Guid attemptId, ProviderAnswer.Declined ended, CancellationToken ct) =>
        await LockOrderOf(tx, attemptId, ct) is not null && await outcomes.RecordDecline(tx, attemptId, ended, ct);

    /// <summary>
    /// Takes the open code of an order away, because there is another way or amount: who pays it all the same gets it back. The order is locked.
    /// </summary>
    public async Task<PaymentOrder> Withdraw(Transaction tx, PaymentOrder order, string code, CancellationToken ct) =>
        await tx.Execute(EndOpen, new { AttemptId = order.OpenAttemptId, Code = code, Now = clock.GetUtcNow() }, ct) == 1 ? order.WithoutAttempt(code) : order;

    /// <summary>What <see cref="TryReturnsAgain"/> would give back, in minor units. The order is locked.</summary>
    public static Task<long> FailedReturnsOf(Transaction tx, PaymentOrder order, CancellationToken ct) =>
        tx.Find<long>(FailedReturns, new { OrderId = order.Id }, ct);

    /// <summary>Has what could not be given back tried again; false when there is nothing of that kind. The order is locked.</summary>
    public async Task<bool> TryReturnsAgain(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        tx.OnCommitted(signal.Wake);
        return await tx.Execute(TryFailedAgain, new { OrderId = order.Id }, ct) > 0;
    }

    /// <summary>Whoever paid too much has it back. False when that was known, or it is no surplus.</summary>
    public async Task<bool> RecordReturn(Transaction tx, Guid returnId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        if (await EndReturn(tx, returnId, "Succeeded", success.Reference, code: null, ct) is not var (order, surplus))
        {
            return false;
        }

        tx.Publish(new SurplusReturned(surplus.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, surplus.Amount)
        {
            OccurredAt = clock.GetUtcNow(),
            Version = await NextVersion(tx, order, ct),
        });
        return true;
    }

    /// <summary>The provider will not give it back: an operator must see to it. False when that was known, or it is no surplus.</summary>
    public async Task<bool> RecordReturnFailure(Transaction tx, Guid returnId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        if (await EndReturn(tx, returnId, "Failed", declined.Reference, declined.Why.Code, ct) is not var (order, surplus))
        {
            return false;
        }

        tx.OnCommitted(() => NotReturned(surplus.Id, order.RideId, declined.Why.Code));
        return true;
    }

    async Task<bool> RecordSurplus(Transaction tx, PaymentOrder order, CodePayment paid, CancellationToken ct)
    {
        var row = new { Id = Guid.CreateVersion7(), ReturnId = Guid.CreateVersion7(), paid.AttemptId, paid.Key, paid.ChargeId, Now = clock.GetUtcNow() };
        if (await tx.Find<Surplus>(InsertSurplusOnce, row, ct) is not { } surplus)
        {
            return false;
        }

        tx.Publish(new SurplusReceived(surplus.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, surplus.Amount)
        {
            OccurredAt = row.Now,
            Version = await NextVersion(tx, order, ct),
        });
        tx.OnCommitted(signal.Wake);
        return true;
    }

    static async Task<PaymentOrder?> LockOrderOf(Transaction tx, Guid attemptId, CancellationToken ct) =>
        await tx.Find<Guid?>(OrderOf, new { AttemptId = attemptId }, ct) is { } orderId ? await tx.LockOrder(orderId, ct) : null;

    async Task<(PaymentOrder Order, Surplus Surplus)?> EndReturn(
        Transaction tx, Guid returnId, string status, string? reference, string? code, CancellationToken ct)
    {
        var row = new { ReturnId = returnId, Status = status, Reference = reference, Code = code, Now = clock.GetUtcNow() };
        return await tx.Find<Guid?>(OrderOfReturn, row, ct) is { } orderId && await tx.LockOrder(orderId, ct) is { } order
            && await tx.Find<Surplus>(EndReturnOnce, row, ct) is { } surplus
            ? (order, surplus)
            : null;
    }

    Task<long> NextVersion(Transaction tx, PaymentOrder order, CancellationToken ct) =>
        tx.Find<long>(CountEvent, new { OrderId = order.Id, Now = clock.GetUtcNow() }, ct);

    sealed record Surplus(Guid Id, Guid OrderId, long AmountMinorUnits, string Currency)
    {
        public Money Amount => new(AmountMinorUnits, Currency);
    }

    [LoggerMessage(LogLevel.Critical, "What was paid too much for ride {RideId} (surplus {SurplusId}) could not be given back: {Code}; see to it")]
    partial void NotReturned(Guid surplusId, Guid rideId, string code);
}
