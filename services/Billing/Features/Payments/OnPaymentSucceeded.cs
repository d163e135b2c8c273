using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>
/// The passenger has paid: a card or a code leaves the money with the provider, cash with the driver, who owes us what of it is not theirs; what came from the wallet
/// is booked already. Cash that was taken before payment had heard that the fare was lowered is the passenger's credit; all else is refunded by payment.
/// </summary>
internal sealed class OnPaymentSucceeded : IEventHandler<PaymentSucceeded>
{
    public async Task Handle(PaymentSucceeded happened, Transaction transaction, CancellationToken ct)
    {
        if (await FareEnding.End(transaction, happened.RideId, Settlement.Settled, happened.OccurredAt, ct, happened.Kind) is { } ended)
        {
            await Receive(happened, ended.LeftMinorUnits, transaction, ct);
            await ended.TellOfDebt(transaction, happened.PassengerId, happened.Amount, happened.OccurredAt, ct);
        }
    }

    static async Task Receive(PaymentSucceeded payment, long dueMinorUnits, Transaction transaction, CancellationToken ct)
    {
        if (payment.Kind is PaymentMethodKind.Cash)
        {
            Ledger.Write(await HeldCash.TakenBy(payment, transaction, ct), transaction);
            if (payment.Amount.MinorUnits > dueMinorUnits) await PassengerCredits.Arise(Excess(payment, dueMinorUnits), transaction, ct);
        }
        else if (payment.Kind is not PaymentMethodKind.Wallet)
        {
            Ledger.Write(LeftWithTheProvider(payment), transaction);
        }
    }

    static PassengerCredit Excess(PaymentSucceeded payment, long dueMinorUnits) => new(
        payment.PassengerId, payment.Amount.Currency, CreditSource.CashFare, payment.PaymentOrderId, payment.RideId,
        payment.Amount.MinorUnits - dueMinorUnits, payment.OccurredAt);

    static LedgerTransfer LeftWithTheProvider(PaymentSucceeded payment) => new(
        $"payment:{payment.PaymentOrderId}", TransferKind.Payment, payment.RideId, payment.Amount.Currency, payment.OccurredAt,
        [
            new(AccountKind.ProviderClearing, Guid.Empty, payment.Amount.MinorUnits),
            new(AccountKind.PassengerReceivable, payment.PassengerId, -payment.Amount.MinorUnits),
        ]);
}
