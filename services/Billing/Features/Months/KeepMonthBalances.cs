using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>
/// Keeps what each closed month moved and left on every account, month by month in their order. Nothing can change a closed month, so this needs no lock and
/// may come later than its closing; copies that do it at once find one of them first.
/// </summary>
internal sealed class KeepMonthBalances(Database database, IOptions<BillingOptions> options) : ISweep
{
    // The next closed month with anything in it or, when there is none, the last closed one, so that it is not looked for again.
    const string NextMonth = """
        with closed as (
            select horizon.closed_until, (kept.month + interval '1 month') at time zone 'UTC' as kept_until
            from   billing.ledger_horizon horizon
            left   join lateral (select max(month)::timestamp as month from billing.kept_months) kept on true
        )
        select to_char(coalesce(
                   (select min(occurred_at)
                    from   billing.ledger_transfers
                    where  occurred_at < closed.closed_until and occurred_at >= coalesce(closed.kept_until, '-infinity')),
                   closed.closed_until - interval '1 microsecond') at time zone 'UTC', 'YYYY-MM-01')
        from   closed
        where  closed.closed_until > coalesce(closed.kept_until, '-infinity')
        """;

    const string Claim = "insert into billing.kept_months (month) values (@Month::date) on conflict do nothing";

    const string Keep = """
        insert into billing.month_balances (month, account_id, moved_minor_units, closing_minor_units)
        select   @Month::date, entry.account_id, sum(entry.amount_minor_units),
                 sum(entry.amount_minor_units) + coalesce((
                     select   before.closing_minor_units
                     from     billing.month_balances before
                     where    before.account_id = entry.account_id
                     order by before.month desc
                     limit    1), 0)
        from     billing.ledger_entries entry
        where    entry.occurred_at >= @Month::timestamp at time zone 'UTC' and entry.occurred_at < (@Month::timestamp + interval '1 month') at time zone 'UTC'
        group by entry.account_id
        """;

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<string>(NextMonth, null, ct) is not { } month) return false;

        if (await tx.Execute(Claim, new { Month = month }, ct) == 1)
        {
            await tx.Execute(Keep, new { Month = month }, ct);
            await tx.Commit(ct);
        }

        return true;
    }
}
