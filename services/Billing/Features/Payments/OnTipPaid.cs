using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>What a passenger gave after the ride is with the provider, and the driver's: untaxed, and without commission.</summary>
internal sealed class OnTipPaid : IEventHandler<TipPaid>
{
    public Task Handle(TipPaid happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(
            new(
                $"tip:{happened.TipId}", TransferKind.Tip, happened.RideId, happened.Amount.Currency, happened.OccurredAt,
                [
                    new(AccountKind.ProviderClearing, Guid.Empty, happened.Amount.MinorUnits),
                    new(AccountKind.DriverPayable, happened.DriverId, -happened.Amount.MinorUnits),
                ]),
            transaction);
        return Task.CompletedTask;
    }
}
