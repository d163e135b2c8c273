using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>Holds what we hold to have moved at the provider against billing's ledger, transfer by transfer.</summary>
internal sealed class LedgerComparison(Database database, LedgerClient ledger, IOptions<PaymentOptions> options)
{
    const int AtOnce = 1_000;

    // What has never agreed, what this day's file names, and what was open before; not what billing may still have to hear of.
    const string Named = """
        select   type, key, ledger_key, amount_minor_units - fee_minor_units as minor_units, currency
        from     payment.movements it
        where    it.provider = @Provider and it.type || ':' || it.key > @After
          and    it.recorded_at < now() - @Grace
          and    (not it.ledger_agreed or it.settled_on = @Day::date
                  or exists (select from payment.differences open
                             where  (open.provider, open.type, open.key) = (it.provider, it.type, it.key) and open.closed_at is null
                               and  open.cause in ('MissingInLedger', 'LedgerDiffers')))
        order by it.type || ':' || it.key
        limit    @AtOnce
        """;

    const string Write = """
        with compared as (
            select type, key, ours, theirs, currency, case when theirs is null then 'MissingInLedger' else 'LedgerDiffers' end as cause
            from   unnest(@Types, @Keys, @Ours, @Theirs, @Currencies) as it (type, key, ours, theirs, currency)
        ), agreed as (
            update payment.movements it
            set    ledger_agreed = true
            from   compared
            where  (it.type, it.key) = (compared.type, compared.key) and compared.ours = compared.theirs and not it.ledger_agreed
            returning 1
        ), closed as (
            update payment.differences it
            set    closed_at = now(), closed_by = @Day::date
            from   compared
            where  it.provider = @Provider and it.closed_at is null and it.cause in ('MissingInLedger', 'LedgerDiffers')
              and  (it.type, it.key) = (compared.type, compared.key) and (compared.ours = compared.theirs or compared.cause <> it.cause)
            returning 1
        )
        insert into payment.differences (id, provider, day, type, key, cause, ours_minor_units, theirs_minor_units, currency)
        select gen_random_uuid(), @Provider, @Day::date, type, key, cause, ours, theirs, currency from compared where ours is distinct from theirs
        on conflict (provider, type, key, cause) where closed_at is null do nothing
        """;

    /// <summary>Throws when billing is away; what was compared stays compared.</summary>
    public async Task Compare(string provider, string day, CancellationToken ct)
    {
        for (var after = ""; ;)
        {
            var rows = await database.List<Row>(Named, new { Provider = provider, Day = day, After = after, AtOnce, Grace = options.Value.LedgerGrace }, ct);
            if (rows.Count == 0)
            {
                return;
            }

            await CompareSome(rows, provider, day, ct);
            after = $"{rows[^1].Type}:{rows[^1].Key}";
        }
    }

    async Task CompareSome(IReadOnlyList<Row> rows, string provider, string day, CancellationToken ct)
    {
        var postings = await ledger.Find([.. rows.SelectMany(row => row.LedgerKeys).Distinct()], ct);
        var posted = postings.ToDictionary(posting => posting.BusinessKey, posting => posting.MinorUnits);
        await database.Execute(
            Write,
            new
            {
                Provider = provider,
                Day = day,
                Types = rows.Select(row => row.Type).ToArray(),
                Keys = rows.Select(row => row.Key).ToArray(),
                Ours = rows.Select(row => row.MinorUnits).ToArray(),
                Theirs = rows.Select(row => row.PostedIn(posted)).ToArray(),
                Currencies = rows.Select(row => row.Currency).ToArray(),
            },
            ct);
    }

    sealed record Row(string Type, string Key, string LedgerKey, long MinorUnits, string Currency)
    {
        /// <summary>A charge is booked as the part that it collected, or, when it settled its order, with the order.</summary>
        public string[] LedgerKeys => Type == "charge" ? [$"payment-part:{Key}", LedgerKey] : [LedgerKey];

        public long? PostedIn(Dictionary<string, long> posted)
        {
            foreach (var key in LedgerKeys)
            {
                if (posted.TryGetValue(key, out var minorUnits)) return minorUnits;
            }

            return null;
        }
    }
}
