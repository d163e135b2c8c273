using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>What was paid once too often has left the provider, and we owe it to nobody any more.</summary>
internal sealed class OnSurplusReturned : IEventHandler<SurplusReturned>
{
    public Task Handle(SurplusReturned happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(
            new(
                $"surplus-returned:{happened.SurplusId}", TransferKind.SurplusReturned, happened.RideId, happened.Amount.Currency, happened.OccurredAt,
                [
                    new(AccountKind.SurplusPayments, Guid.Empty, happened.Amount.MinorUnits),
                    new(AccountKind.ProviderClearing, Guid.Empty, -happened.Amount.MinorUnits),
                ]),
            transaction);
        return Task.CompletedTask;
    }
}
