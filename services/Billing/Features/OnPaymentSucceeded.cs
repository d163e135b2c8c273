using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>The passenger has paid: a card leaves the money with the provider, cash with the driver, who then owes it to us.</summary>
internal sealed class OnPaymentSucceeded : IEventHandler<PaymentSucceeded>
{
    const string Settle = """
        with fare as (
            update billing.fares
            set    settlement = 'Settled', settled_at = @OccurredAt
            where  ride_id = @RideId and settlement <> 'Settled'
            returning ride_id, owed_since
        )
        update billing.rides as ride
        set    version = version + 1
        from   fare
        where  ride.ride_id = fare.ride_id
        returning ride.version, fare.owed_since is not null as was_owed
        """;

    public async Task Handle(PaymentSucceeded happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<Settled>(Settle, new { happened.RideId, happened.OccurredAt }, ct) is not { } settled)
        {
            return;
        }

        Ledger.Write(Received(happened), transaction);
        if (settled.WasOwed)
        {
            transaction.Publish(new PassengerDebtSettled(happened.PassengerId, happened.RideId, happened.Amount)
            {
                OccurredAt = happened.OccurredAt,
                Version = settled.Version,
            });
        }
    }

    static LedgerTransfer Received(PaymentSucceeded payment) => new(
        $"payment:{payment.PaymentOrderId}", TransferKind.Payment, payment.RideId, payment.Amount.Currency, payment.OccurredAt,
        [
            payment.Kind == PaymentMethodKind.Cash
                ? new(AccountKind.DriverPayable, payment.DriverId, payment.Amount.MinorUnits)
                : new(AccountKind.ProviderClearing, Guid.Empty, payment.Amount.MinorUnits),
            new(AccountKind.PassengerReceivable, payment.PassengerId, -payment.Amount.MinorUnits),
        ]);

    sealed record Settled(long Version, bool WasOwed);
}
