using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>How payouts end. The worker and the provider's webhooks come here alike, in any order and any number: the first counts.</summary>
internal sealed class Payouts(CityClock clock)
{
    const string EndPayout = """
        update payment.payouts
        set    status = @Status, provider_transfer_id = coalesce(@Reference, provider_transfer_id), failure_code = @Code, ended_at = @Now, lease = null
        where  id = @PayoutId and status in ('Due', 'Sent')
        returning driver_id, amount_minor_units, currency
        """;

    const string Return = """
        update payment.payouts
        set    status = 'Returned', failure_code = @Code, returned_at = @Now
        where  id = @PayoutId and status = 'Succeeded'
        returning driver_id, amount_minor_units, currency
        """;

    /// <summary>The driver has it. False when the payout had ended before.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid payoutId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var row = new { PayoutId = payoutId, Status = "Succeeded", success.Reference, Code = (string?)null, Now = now };
        if (await tx.Find<Ended>(EndPayout, row, ct) is not { } ended)
        {
            return false;
        }

        tx.Publish(new PayoutSent(payoutId, ended.DriverId, ended.Amount) { OccurredAt = now, Version = 2 });
        return true;
    }

    /// <summary>The driver will not get it by this payout: billing gives it back to their balance. False when it had ended before.</summary>
    public async Task<bool> RecordFailure(Transaction tx, Guid payoutId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var row = new { PayoutId = payoutId, Status = "Failed", declined.Reference, declined.Why.Code, Now = now };
        if (await tx.Find<Ended>(EndPayout, row, ct) is not { } ended)
        {
            return false;
        }

        tx.Publish(new PayoutFailed(payoutId, ended.DriverId, ended.Amount, declined.Why.Code) { OccurredAt = now, Version = 2 });
        return true;
    }

    /// <summary>
    /// The driver had it, and their bank has sent it back. Heard before the success, it is that too: what has moved twice is written down twice. False when it
    /// had come back before, or had failed.
    /// </summary>
    public async Task<bool> RecordReturn(Transaction tx, Guid payoutId, ProviderAnswer.Returned returned, CancellationToken ct)
    {
        await RecordSuccess(tx, payoutId, new(returned.Reference), ct);
        var now = clock.GetUtcNow();
        if (await tx.Find<Ended>(Return, new { PayoutId = payoutId, returned.Code, Now = now }, ct) is not { } ended)
        {
            return false;
        }

        tx.Publish(new PayoutReturned(payoutId, ended.DriverId, ended.Amount, returned.Code) { OccurredAt = now, Version = 3 });
        return true;
    }

    sealed record Ended(Guid DriverId, long AmountMinorUnits, string Currency)
    {
        public Money Amount => new(AmountMinorUnits, Currency);
    }
}
