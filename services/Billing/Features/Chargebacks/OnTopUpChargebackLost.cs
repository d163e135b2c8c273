using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>The money stays gone: the wallet paid for it, and where it could not, the passenger owes it. No money moves; heard first, it was taken before.</summary>
internal sealed class OnTopUpChargebackLost : IEventHandler<TopUpChargebackLost>
{
    const string MarkLost = "update billing.top_up_chargebacks set lost_at = @OccurredAt where dispute_id = @DisputeId and lost_at is null";

    public async Task Handle(TopUpChargebackLost happened, Transaction transaction, CancellationToken ct)
    {
        await new TopUpChargeback(happened.DisputeId, happened.TopUpId, happened.PassengerId, happened.Amount, happened.Fee)
            .Take(transaction, happened.OccurredAt, ct);
        await transaction.Execute(MarkLost, new { happened.DisputeId, happened.OccurredAt }, ct);
    }
}
