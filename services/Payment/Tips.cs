using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>How tips end. The worker and the provider's webhooks come here alike, in any order and any number: the first counts.</summary>
internal sealed class Tips(CityClock clock)
{
    static readonly string End = CardPayment.End("tips", "ride_id, passenger_id, driver_id, amount_minor_units, currency");

    /// <summary>The provider holds it: billing owes it to the driver. False when it had ended before, or there is no such tip.</summary>
    public async Task<bool> RecordSuccess(Transaction tx, Guid tipId, ProviderAnswer.Succeeded success, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.Find<Ended>(End, CardPayment.Outcome.Of(tipId, success, now), ct) is not { } tip) return false;

        tx.Publish(new TipPaid(tipId, tip.RideId, tip.PassengerId, tip.DriverId, tip.Amount) { OccurredAt = now, Version = 1 });
        return true;
    }

    /// <summary>The provider does not hold it and, under this key, never will. False when it had ended before, or there is no such tip.</summary>
    public async Task<bool> RecordFailure(Transaction tx, Guid tipId, ProviderAnswer.Declined declined, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (await tx.Find<Ended>(End, CardPayment.Outcome.Of(tipId, declined, now), ct) is not { } tip) return false;

        tx.Publish(new TipFailed(tipId, tip.RideId, tip.PassengerId, tip.DriverId, tip.Amount, declined.Why.Code) { OccurredAt = now, Version = 1 });
        return true;
    }

    sealed record Ended(Guid RideId, Guid PassengerId, Guid DriverId, long AmountMinorUnits, string Currency)
    {
        public Money Amount => new(AmountMinorUnits, Currency);
    }
}
