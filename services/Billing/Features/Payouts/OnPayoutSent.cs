using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>The driver has their money.</summary>
internal sealed class OnPayoutSent : IEventHandler<PayoutSent>
{
    public async Task Handle(PayoutSent happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.EndPayout(happened.PayoutId, "Sent", null, happened.OccurredAt, ct) is { } payout)
        {
            Ledger.Write(payout.Sent(happened.OccurredAt), transaction);
        }
    }
}
