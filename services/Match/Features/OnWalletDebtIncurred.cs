using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>A bank took back what the passenger had paid into a wallet, and used: no new request until that is made good.</summary>
sealed class OnWalletDebtIncurred : IEventHandler<WalletDebtIncurred>
{
    public Task Handle(WalletDebtIncurred happened, Transaction transaction, CancellationToken ct) =>
        transaction.RememberWalletDebt(happened.PassengerId, happened.Amount, settled: false, happened.Version, ct);
}
