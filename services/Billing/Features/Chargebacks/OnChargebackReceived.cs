using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>The provider holds less of our money, for now.</summary>
internal sealed class OnChargebackReceived : IEventHandler<ChargebackReceived>
{
    public Task Handle(ChargebackReceived happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(new Chargeback(happened.DisputeId, happened.RideId, happened.Amount, happened.Fee).Received(happened.OccurredAt), transaction);
        return Task.CompletedTask;
    }
}
