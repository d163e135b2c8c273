using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Wallet;

/// <summary>The provider holds what a passenger has paid in advance, and we owe it to the passenger.</summary>
internal sealed class OnWalletToppedUp : IEventHandler<WalletToppedUp>
{
    public Task Handle(WalletToppedUp happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(
            new(
                $"top-up:{happened.TopUpId}", TransferKind.TopUp, RideId: null, happened.Amount.Currency, happened.OccurredAt,
                [
                    new(AccountKind.ProviderClearing, Guid.Empty, happened.Amount.MinorUnits),
                    new(AccountKind.PassengerWallet, happened.PassengerId, -happened.Amount.MinorUnits),
                ],
                TopUpId: happened.TopUpId),
            transaction);
        return Task.CompletedTask;
    }
}
