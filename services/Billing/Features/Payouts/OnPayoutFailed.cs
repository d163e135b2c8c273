using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>The driver could not be paid: it is theirs again, fee included, and the next batch or they themselves try anew.</summary>
internal sealed class OnPayoutFailed : IEventHandler<PayoutFailed>
{
    public async Task Handle(PayoutFailed happened, Transaction transaction, CancellationToken ct)
    {
        // The driver's account first, as whoever takes from it does: so nobody waits in a circle for account and payout.
        await transaction.LockBalanceOf(happened.DriverId, happened.Amount.Currency, ct);
        if (await transaction.EndPayout(happened.PayoutId, "Failed", happened.Code, happened.OccurredAt, ct) is { } payout)
        {
            Ledger.Write(payout.Returned(happened.OccurredAt), transaction);
        }
    }
}
