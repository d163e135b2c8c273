using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>A code was paid once too often: the provider holds what is nobody's fare, and we owe it to whoever paid it.</summary>
internal sealed class OnSurplusReceived : IEventHandler<SurplusReceived>
{
    public Task Handle(SurplusReceived happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(
            new(
                $"surplus:{happened.SurplusId}", TransferKind.SurplusReceived, happened.RideId, happened.Amount.Currency, happened.OccurredAt,
                [
                    new(AccountKind.ProviderClearing, Guid.Empty, happened.Amount.MinorUnits),
                    new(AccountKind.SurplusPayments, Guid.Empty, -happened.Amount.MinorUnits),
                ]),
            transaction);
        return Task.CompletedTask;
    }
}
