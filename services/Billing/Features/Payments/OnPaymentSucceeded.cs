using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>
/// The passenger has paid: a card or a code leaves the money with the provider, cash with the driver, who then owes it to us; what came from the wallet
/// is booked already. Cash that was taken before payment had heard that the fare was lowered is the passenger's credit; all else is refunded by payment.
/// </summary>
internal sealed class OnPaymentSucceeded : IEventHandler<PaymentSucceeded>
{
    public async Task Handle(PaymentSucceeded happened, Transaction transaction, CancellationToken ct)
    {
        if (await FareEnding.End(transaction, happened.RideId, Settlement.Settled, happened.OccurredAt, ct, happened.Kind) is { } ended)
        {
            if (happened.Kind is not PaymentMethodKind.Wallet) Ledger.Write(Received(happened), transaction);
            if (happened.Kind is PaymentMethodKind.Cash && happened.Amount.MinorUnits > ended.LeftMinorUnits)
            {
                await PassengerCredits.Arise(Excess(happened, ended.LeftMinorUnits), transaction, ct);
            }

            await ended.TellOfDebt(transaction, happened.PassengerId, happened.Amount, happened.OccurredAt, ct);
        }
    }

    static PassengerCredit Excess(PaymentSucceeded payment, long dueMinorUnits) => new(
        payment.PassengerId, payment.Amount.Currency, CreditSource.CashFare, payment.PaymentOrderId, payment.RideId,
        payment.Amount.MinorUnits - dueMinorUnits, payment.OccurredAt);

    static LedgerTransfer Received(PaymentSucceeded payment) => new(
        $"payment:{payment.PaymentOrderId}", TransferKind.Payment, payment.RideId, payment.Amount.Currency, payment.OccurredAt,
        [
            payment.Kind == PaymentMethodKind.Cash
                ? new(AccountKind.DriverPayable, payment.DriverId, payment.Amount.MinorUnits)
                : new(AccountKind.ProviderClearing, Guid.Empty, payment.Amount.MinorUnits),
            new(AccountKind.PassengerReceivable, payment.PassengerId, -payment.Amount.MinorUnits),
        ]);
}
