using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>The provider holds less of our money, or the wallet more of the passenger's, and we owe the passenger so much less.</summary>
internal sealed class OnRefundSucceeded : IEventHandler<RefundSucceeded>
{
    public Task Handle(RefundSucceeded happened, Transaction transaction, CancellationToken ct)
    {
        if (happened.To is PaymentMethodKind.Wallet)
        {
            return transaction.PostToWallet(
                Given(happened, new(AccountKind.PassengerWallet, happened.PassengerId, -happened.Amount.MinorUnits)), happened.PassengerId, ct);
        }

        Ledger.Write(Given(happened, new(AccountKind.ProviderClearing, Guid.Empty, -happened.Amount.MinorUnits)), transaction);
        return Task.CompletedTask;
    }

    static LedgerTransfer Given(RefundSucceeded happened, Posting from) => new(
        $"refund:{happened.RefundId}", TransferKind.Refund, happened.RideId, happened.Amount.Currency, happened.OccurredAt,
        [new(AccountKind.PassengerReceivable, happened.PassengerId, happened.Amount.MinorUnits), from]);
}
