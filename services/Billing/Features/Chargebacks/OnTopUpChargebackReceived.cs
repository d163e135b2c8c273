using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>The provider holds less of our money, for now, and the wallet less of the passenger's.</summary>
internal sealed class OnTopUpChargebackReceived : IEventHandler<TopUpChargebackReceived>
{
    public Task Handle(TopUpChargebackReceived happened, Transaction transaction, CancellationToken ct) =>
        new TopUpChargeback(happened.DisputeId, happened.TopUpId, happened.PassengerId, happened.Amount, happened.Fee)
            .Take(transaction, happened.OccurredAt, ct);
}
