using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.MoneyTrail;

/// <summary>The provider has paid a day's net to our bank account, or taken it from there.</summary>
internal sealed class OnProviderSettled : IEventHandler<ProviderSettled>
{
    public Task Handle(ProviderSettled happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(
            new(
                $"settlement:{happened.SettlementId}", TransferKind.Settlement, null, happened.Net.Currency, happened.OccurredAt,
                [
                    new(AccountKind.Bank, Guid.Empty, happened.Net.MinorUnits),
                    new(AccountKind.ProviderClearing, Guid.Empty, -happened.Net.MinorUnits),
                ], SettlementId: happened.SettlementId),
            transaction);
        return Task.CompletedTask;
    }
}
