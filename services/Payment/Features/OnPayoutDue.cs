using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Takes a payout up, once by its id, to the account that the driver has now. Nothing is sent here: the worker does, after the commit. Without an
/// account it fails at once, and the money goes back to the balance.
/// </summary>
internal sealed class OnPayoutDue(CityClock clock, Signal<SendDuePayouts> signal) : IEventHandler<PayoutDue>
{
    const string NoAccount = "no-bank-account";

    const string InsertOnce = """
        insert into payment.payouts (id, driver_id, bank_account_id, amount_minor_units, currency, status, failure_code, due_at, created_at, ended_at)
        select @PayoutId, @DriverId, account.id, @MinorUnits, @Currency, case when account.id is null then 'Failed' else 'Due' end,
               case when account.id is null then @NoAccount end, now(), @Now, case when account.id is null then @Now::timestamptz end
        from   (values (1)) as once
        left   join payment.bank_accounts account on account.driver_id = @DriverId and account.removed_at is null
        on conflict (id) do nothing
        returning status
        """;

    public async Task Handle(PayoutDue due, Transaction tx, CancellationToken ct)
    {
        await tx.LockBankAccountOf(due.DriverId, ct);
        var now = clock.GetUtcNow();
        var row = new { due.PayoutId, due.DriverId, due.Amount.MinorUnits, due.Amount.Currency, NoAccount, Now = now };
        switch (await tx.Find<string>(InsertOnce, row, ct))
        {
            case "Failed":
                tx.Publish(new PayoutFailed(due.PayoutId, due.DriverId, due.Amount, NoAccount) { OccurredAt = now, Version = 2 });
                break;
            case "Due":
                tx.OnCommitted(signal.Wake);
                break;
        }
    }
}
