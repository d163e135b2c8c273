using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>The wallet is not below zero any more; the passenger may travel again.</summary>
sealed class OnWalletDebtSettled : IEventHandler<WalletDebtSettled>
{
    public Task Handle(WalletDebtSettled happened, Transaction transaction, CancellationToken ct) =>
        transaction.RememberWalletDebt(happened.PassengerId, happened.Amount, settled: true, happened.Version, ct);
}
