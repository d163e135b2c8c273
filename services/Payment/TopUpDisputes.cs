using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// What was paid into a wallet may be taken back through a bank as a fare may. Only billing knows what is left of it, and takes it from the wallet, whatever is.
/// </summary>
internal sealed partial class TopUpDisputes(CityClock clock, ILogger<TopUpDisputes> logger)
{
    const string LockTopUp = "select id, passenger_id, status from payment.top_ups where id = @TopUpId for no key update";

    // The first version is the payment's own; then every beginning and every end of a dispute counts.
    const string CountEvents = "select 1 + count(*) + count(ended_at) from payment.disputes where top_up_id = @TopUpId";

    /// <summary>False when nothing of it is new, or it was never charged.</summary>
    public async Task<bool> Record(Transaction tx, DisputeTold told, Guid topUpId, CancellationToken ct)
    {
        var topUp = (await tx.Find<TopUp>(LockTopUp, new { TopUpId = topUpId }, ct))!;
        switch (topUp.Status)
        {
            case "Succeeded":
                break;
            case "Failed":
                NeverCharged(told.Provider, told.ProviderDisputeId, topUpId);
                return false;
            default:
                // It was charged, or there were no dispute; but how is still on its way to us. Whoever told will tell again.
                throw new TimeoutException($"Top-up {topUpId} is disputed before it is known to be paid.");
        }

        var began = await Begin(tx, told, topUp, ct);
        var ended = told.Status is not DisputeStatus.Received && await End(tx, told, topUp, ct);
        return began || ended;
    }

    async Task<bool> Begin(Transaction tx, DisputeTold told, TopUp topUp, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.BeginDispute(told, new(TopUpId: topUp.Id), now, ct) is not { } id)
        {
            return false;
        }

        tx.Publish(new TopUpChargebackReceived(id, topUp.Id, topUp.PassengerId, told.Amount, told.Fee, told.Reason)
        {
            OccurredAt = now,
            Version = await Version(tx, topUp, ct),
        });
        return true;
    }

    async Task<bool> End(Transaction tx, DisputeTold told, TopUp topUp, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.EndDispute(told, now, ct) is not { } ended)
        {
            return false;
        }

        var version = await Version(tx, topUp, ct);
        tx.Publish(told.Status is DisputeStatus.Won
            ? new TopUpChargebackWon(ended.Id, topUp.Id, topUp.PassengerId, told.Amount, told.Fee, told.FeeBack) { OccurredAt = now, Version = version }
            : new TopUpChargebackLost(ended.Id, topUp.Id, topUp.PassengerId, told.Amount, told.Fee) { OccurredAt = now, Version = version });
        return true;
    }

    static Task<long> Version(Transaction tx, TopUp topUp, CancellationToken ct) => tx.Find<long>(CountEvents, new { TopUpId = topUp.Id }, ct);

    sealed record TopUp(Guid Id, Guid PassengerId, string Status);

    [LoggerMessage(LogLevel.Critical, "{Provider} tells of dispute {DisputeId}, but top-up {TopUpId} counts as failed; reconcile by hand")]
    partial void NeverCharged(string provider, string disputeId, Guid topUpId);
}
