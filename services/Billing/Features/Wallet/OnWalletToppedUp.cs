using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Wallet;

/// <summary>The provider holds what a passenger has paid in advance, and we owe it to the passenger, or they owe us so much less.</summary>
internal sealed class OnWalletToppedUp : IEventHandler<WalletToppedUp>
{
    public Task Handle(WalletToppedUp happened, Transaction transaction, CancellationToken ct) =>
        transaction.PostToWallet(PaidIn(happened), happened.PassengerId, ct);

    static LedgerTransfer PaidIn(WalletToppedUp happened) => new(
        $"top-up:{happened.TopUpId}", TransferKind.TopUp, RideId: null, happened.Amount.Currency, happened.OccurredAt,
        [
            new(AccountKind.ProviderClearing, Guid.Empty, happened.Amount.MinorUnits),
            new(AccountKind.PassengerWallet, happened.PassengerId, -happened.Amount.MinorUnits),
        ],
        TopUpId: happened.TopUpId);
}
