using System.Globalization;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>
/// Once a day or a week, by the city's own clock, pays every driver what they have earned, unless it is less than the minimum. One driver at a time:
/// any number of copies share a batch, and one that dies leaves the rest of it to the others.
/// </summary>
internal sealed class PayOutBatches(Database database, Cities cities, CityClock clock, IOptions<BillingOptions> options) : ISweep
{
    const string IsFinished = "select exists (select from billing.payout_batches where currency = @Currency and period = @Period::date)";

    const string Unpaid = """
        from   billing.ledger_accounts account
        join   billing.payees payee on payee.driver_id = account.party_id and payee.ready
        left   join billing.ledger_accounts cash
               on (cash.kind, cash.party_id, cash.currency, cash.shard) = ('HeldCash', account.party_id, account.currency, account.shard)
        where  account.kind = 'DriverPayable' and account.currency = @Currency and account.balance_minor_units <= -@Minimum
          and  account.balance_minor_units + coalesce(cash.balance_minor_units, 0) <= -@Minimum
          and  not exists (
               select from billing.payouts payout
               where  payout.driver_id = account.party_id and payout.currency = @Currency and (payout.status = 'Reserved' or payout.period = @Period::date))
        """;

    // Whose account is locked, because a fare of theirs is being posted, is not passed over for good: then the batch goes on with the next look.
    const string Finish = $"""
        insert into billing.payout_batches (currency, period)
        select @Currency, @Period::date where not exists (select {Unpaid})
        on conflict do nothing
        """;

    const string NextDriver = $"""
        select account.party_id
        {Unpaid}
        limit  1
        for    update of account skip locked
        """;

    PayoutOptions Rules => options.Value.Payouts;

    public TimeSpan Every => Rules.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (Rules.Schedule is PayoutSchedule.Off)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        foreach (var city in cities.Calendars())
        {
            var period = Rules.NewestPeriod(TimeZoneInfo.ConvertTime(now, city.TimeZone).DateTime).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (!await database.Find<bool>(IsFinished, new { city.Currency, Period = period }, ct) && await PayNext(city.Currency, period, now, ct))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True when somebody was paid, and there may be more; the last look ends the batch.</summary>
    async Task<bool> PayNext(string currency, string period, DateTimeOffset now, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Guid?>(NextDriver, new { Currency = currency, Period = period, Minimum = Rules.MinimumOf(currency) }, ct) is not { } driverId)
        {
            await tx.Execute(Finish, new { Currency = currency, Period = period, Minimum = Rules.MinimumOf(currency) }, ct);
            await tx.Commit(ct);
            return false;
        }

        var balance = await tx.LockBalanceOf(driverId, currency, ct);
        var payout = new Payout(Guid.CreateVersion7(), driverId, currency, balance.MinorUnits, FeeMinorUnits: 0);
        if (payout.AmountMinorUnits >= Rules.MinimumOf(currency) && await tx.Reserve(payout, balance.CashMinorUnits, Rules.Schedule.ToString(), period, now, ct))
        {
            await tx.Commit(ct);
        }

        return true;
    }
}
