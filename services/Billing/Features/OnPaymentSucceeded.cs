using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>The passenger has paid: a card leaves the money with the provider, cash with the driver, who then owes it to us.</summary>
internal sealed class OnPaymentSucceeded : IEventHandler<PaymentSucceeded>
{
    public async Task Handle(PaymentSucceeded happened, Transaction transaction, CancellationToken ct)
    {
        if (await FareEnding.End(transaction, happened.RideId, Settlement.Settled, happened.OccurredAt, ct) is { } ended)
        {
            Ledger.Write(Received(happened), transaction);
            ended.TellOfDebt(transaction, happened.PassengerId, happened.Amount, happened.OccurredAt);
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
}
