using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>The money is back with the provider.</summary>
internal sealed class OnChargebackWon : IEventHandler<ChargebackWon>
{
    public Task Handle(ChargebackWon happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(new Chargeback(happened.DisputeId, happened.RideId, happened.Amount, happened.Fee).Won(happened.OccurredAt), transaction);
        return Task.CompletedTask;
    }
}
