using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>
/// Nobody will pay this fare: what is left of it is our loss, and driver, commission and tax keep their parts. How much is left is read off the
/// fare and not off the event, because it may have been lowered since.
/// </summary>
internal sealed class OnPaymentWrittenOff : IEventHandler<PaymentWrittenOff>
{
    public async Task Handle(PaymentWrittenOff happened, Transaction transaction, CancellationToken ct)
    {
        if (await FareEnding.End(transaction, happened.RideId, Settlement.WrittenOff, happened.OccurredAt, ct) is { } ended)
        {
            Ledger.Write(Loss(happened, ended.LeftMinorUnits), transaction);
            await ended.TellOfDebt(transaction, happened.PassengerId, happened.Amount, happened.OccurredAt, ct);
        }
    }

    static LedgerTransfer Loss(PaymentWrittenOff given, long minorUnits) => new(
        $"write-off:{given.PaymentOrderId}", TransferKind.WriteOff, given.RideId, given.Amount.Currency, given.OccurredAt,
        [
            new(AccountKind.WriteOffs, Guid.Empty, minorUnits),
            new(AccountKind.PassengerReceivable, given.PassengerId, -minorUnits),
        ]);
}
