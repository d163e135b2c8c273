using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>
/// The driver's bank has sent the money back: it is theirs again, fee included, and the next batch or they themselves try anew. Heard before the news that it
/// had arrived, both are booked here, and that news changes nothing when it comes.
/// </summary>
internal sealed class OnPayoutReturned : IEventHandler<PayoutReturned>
{
    public async Task Handle(PayoutReturned happened, Transaction transaction, CancellationToken ct)
    {
        // As when it fails.
        await transaction.LockBalanceOf(happened.DriverId, happened.Amount.Currency, ct);
        var unheard = await transaction.EndPayout(happened.PayoutId, "Sent", null, happened.OccurredAt, ct);
        if (await transaction.ReturnPayout(happened.PayoutId, happened.Code, happened.OccurredAt, ct) is { } payout)
        {
            // In this order both transfers together take their accounts in the order in which each takes its own.
            Ledger.Write(payout.SentBack(happened.OccurredAt), transaction);
        }

        if (unheard is not null)
        {
            Ledger.Write(unheard.Sent(happened.OccurredAt), transaction);
        }
    }
}
