using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>The money is back with the provider, and in the wallet. Heard first, it was taken and has come back.</summary>
internal sealed class OnTopUpChargebackWon : IEventHandler<TopUpChargebackWon>
{
    const string MarkWon = "update billing.top_up_chargebacks set won_at = @OccurredAt where dispute_id = @DisputeId and won_at is null";

    public async Task Handle(TopUpChargebackWon happened, Transaction transaction, CancellationToken ct)
    {
        var chargeback = new TopUpChargeback(happened.DisputeId, happened.TopUpId, happened.PassengerId, happened.Amount, happened.Fee);
        await chargeback.Take(transaction, happened.OccurredAt, ct);
        await transaction.PostToWallet(chargeback.Won(happened.FeeBack, happened.OccurredAt), happened.PassengerId, ct);
        // Last: as long as it is not won, the wallet may be as far below zero as it has taken it.
        await transaction.Execute(MarkWon, new { happened.DisputeId, happened.OccurredAt }, ct);
    }
}
