using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>How payments into wallets end. The worker and the provider's webhooks come here alike, in any order and any number: the first counts.</summary>
internal sealed class TopUps(CityClock clock)
{
    static readonly string End = CardPayment.End("top_ups", "passenger_id, amount_minor_units, currency");

    /// <summary>The provider holds it: billing puts it into the wallet. False when it had ended before, or there is no such payment.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid topUpId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.Find<Ended>(End, CardPayment.Outcome.Of(topUpId, success, now), ct) is not { } ended) return false;

        tx.Publish(new WalletToppedUp(topUpId, ended.PassengerId, ended.Amount) { OccurredAt = now, Version = 1 });
        return true;
    }

    /// <summary>The provider does not hold it and, under this key, never will. False when it had ended before, or there is no such payment.</summary>
    public async Task<bool> RecordFailure(Transaction tx, Guid topUpId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.Find<Ended>(End, CardPayment.Outcome.Of(topUpId, declined, now), ct) is not { } ended) return false;

        tx.Publish(new WalletTopUpFailed(topUpId, ended.PassengerId, ended.Amount, declined.Why.Code) { OccurredAt = now, Version = 1 });
        return true;
    }

    sealed record Ended(Guid PassengerId, long AmountMinorUnits, string Currency)
    {
        public Money Amount => new(AmountMinorUnits, Currency);
    }
}
