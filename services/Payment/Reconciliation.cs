using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Holds a day's settlement file against our books, line by line, and our books against the file. Everything is worked out anew each time from the lines
/// that are stored: so it may be done as often as one likes, and a difference that a later file explains closes itself.
/// </summary>
internal sealed class Reconciliation(CityClock clock)
{
    /// <summary>System time before the cut-off within which a movement may still come with the next file.</summary>
    static readonly TimeSpan CutOffMargin = TimeSpan.FromHours(1);

    const string Lock = "select pg_advisory_xact_lock(hashtextextended('reconciliation:' || @Provider, 3))";

    const string IsFinal = "select status = 'Final' from payment.reconciliations where provider = @Provider and day = @Day::date";

    const string ForgetPreliminary = "delete from payment.settlement_lines where provider = @Provider and day = @Day::date";

    const string CopyLines = """
        copy payment.settlement_lines (provider, day, line, final, type, reference, key, amount_minor_units, fee_minor_units, currency, occurred_at)
        from stdin (format binary)
        """;

    /// <summary>What both sides say of everything that this file, an open difference, or a movement without a file names.</summary>
    const string Compared = """
        with named as (
            select type, key from payment.settlement_lines where provider = @Provider and day = @Day::date
            union
            select type, key from payment.movements where provider = @Provider and settled_on is null and recorded_at <= @CutOff
            union
            select type, key from payment.differences
            where  provider = @Provider and closed_at is null and cause not in ('MissingInLedger', 'LedgerDiffers', 'NetDiffers')
        ), compared as (
            select named.type, named.key, ours.amount_minor_units - ours.fee_minor_units as ours, theirs.minor_units as theirs,
                   coalesce(ours.currency, theirs.currency) as currency, ours.recorded_at,
                   (ours.currency, ours.amount_minor_units, ours.fee_minor_units)
                       is distinct from (theirs.currency, theirs.amount_minor_units, theirs.fee_minor_units) as differs
            from   named
            left   join payment.movements ours on (ours.type, ours.key) = (named.type, named.key) and ours.provider = @Provider
            left   join lateral (
                select sum(amount_minor_units - fee_minor_units)::bigint as minor_units, sum(amount_minor_units)::bigint as amount_minor_units,
                       sum(fee_minor_units)::bigint as fee_minor_units, min(currency)::char(3) as currency
                from   payment.settlement_lines line
                where  line.provider = @Provider and (line.type, line.key) = (named.type, named.key) and (line.final or line.day = @Day::date)
                having count(*) > 0) as theirs on true
        )
        """;

    const string MarkSettled = Compared + """

        update payment.movements it
        set    settled_on = @Day::date
        from   compared
        where  (it.type, it.key) = (compared.type, compared.key) and it.provider = @Provider and it.settled_on is null
          and  compared.ours is not null and compared.theirs is not null and not compared.differs
        """;

    // A preliminary file has all there is at its instant, so that what it lacks is missing; a closed one may leave the last hour to the next.
    const string FindDifferences = Compared + """

        , found as (
            select type, key, compared.ours, theirs, currency,
                   case when theirs is null and @Final and recorded_at > @CutOff::timestamptz - @Margin then 'CutOff'
                        when theirs is null then 'MissingAtTheirs'
                        when compared.ours is null and state.ours is not null then 'StateDiffers'
                        when compared.ours is null then 'MissingAtOurs'
                        else 'AmountDiffers' end as cause,
                   case when compared.ours is null then state.ours end as our_state
            from   compared
            left   join lateral (
                select status as ours from payment.attempts where compared.type = 'charge' and id::text = compared.key
                union all
                select status from payment.top_ups where compared.type = 'charge' and id::text = compared.key
                union all
                select status from payment.tips where compared.type = 'charge' and id::text = compared.key
                union all
                select status from payment.refunds where compared.type = 'refund' and id::text = compared.key
                union all
                select status from payment.payouts where compared.type in ('transfer', 'transfer-return') and id::text = compared.key
                union all
                select status from payment.disputes where compared.type = 'chargeback-reversal' and provider = @Provider and provider_dispute_id = compared.key
                limit  1) as state on true
            where  case when compared.ours is null then theirs <> 0 when theirs is null then true else differs end
        ), closed as (
            update payment.differences it
            set    closed_at = now(), closed_by = @Day::date
            where  it.provider = @Provider and it.closed_at is null and it.cause not in ('MissingInLedger', 'LedgerDiffers', 'NetDiffers')
              and  not exists (select from found where (found.type, found.key, found.cause) = (it.type, it.key, it.cause))
            returning 1
        )
        insert into payment.differences (id, provider, day, type, key, cause, ours_minor_units, theirs_minor_units, currency, our_state)
        select gen_random_uuid(), @Provider, @Day::date, type, key, cause, ours, theirs, currency, our_state from found
        on conflict (provider, type, key, cause) where closed_at is null do nothing
        """;

    const string CloseNet = """
        update payment.differences set closed_at = now(), closed_by = @Day::date
        where  provider = @Provider and closed_at is null and cause = 'NetDiffers' and key = @Key
        """;

    const string InsertNet = """
        insert into payment.differences (id, provider, day, type, key, cause, ours_minor_units, theirs_minor_units, currency)
        values (gen_random_uuid(), @Provider, @Day::date, 'bank', @Key, 'NetDiffers', @Ours, @Theirs, @Currency)
        on conflict (provider, type, key, cause) where closed_at is null do nothing
        """;

    const string InsertSettlement = """
        insert into payment.settlements (settlement_id, provider, day, currency, net_minor_units) values (@Id, @Provider, @Day::date, @Currency, @Net)
        on conflict do nothing
        """;

    const string Finish = """
        update payment.reconciliations
        set    status = case when status = 'Final' or @Final then 'Final' else 'Preliminary' end, as_of = @CutOff, lines = @Lines, failure = null,
               finished_at = now()
        where  provider = @Provider and day = @Day::date
        """;

    /// <summary>Takes the file in and compares; the transaction is the caller's to commit.</summary>
    public async Task Take(Transaction tx, string provider, DateOnly day, SettlementFile file, CancellationToken ct)
    {
        var row = new
        {
            Provider = provider,
            Day = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            file.CutOff,
            Final = file.IsFinal,
            Margin = CutOffMargin,
            Lines = file.Lines.Count,
        };
        await tx.Execute(Lock, row, ct);
        if (!await tx.Find<bool>(IsFinal, row, ct))
        {
            await tx.Execute(ForgetPreliminary, row, ct);
            await Store(tx, provider, day, file, ct);
        }

        await tx.Execute(FindDifferences, row, ct);
        if (file.IsFinal)
        {
            await tx.Execute(MarkSettled, row, ct);
            await Settle(tx, provider, row.Day, day, file, ct);
        }

        await tx.Execute(Finish, row, ct);
    }

    static async Task Store(Transaction tx, string provider, DateOnly day, SettlementFile file, CancellationToken ct)
    {
        await using var writer = await tx.Connection.BeginBinaryImportAsync(CopyLines, ct);
        foreach (var (number, line) in file.Lines.Index())
        {
            await writer.StartRowAsync(ct);
            await writer.WriteAsync(provider, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(day, NpgsqlDbType.Date, ct);
            await writer.WriteAsync(number + 1, NpgsqlDbType.Integer, ct);
            await writer.WriteAsync(file.IsFinal, NpgsqlDbType.Boolean, ct);
            await writer.WriteAsync(line.Type, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(line.Reference, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(line.Key, NpgsqlDbType.Text, ct);
            await writer.WriteAsync(line.AmountMinorUnits, NpgsqlDbType.Bigint, ct);
            await writer.WriteAsync(line.FeeMinorUnits, NpgsqlDbType.Bigint, ct);
            await writer.WriteAsync(line.Currency, NpgsqlDbType.Char, ct);
            await writer.WriteAsync(line.OccurredAt, NpgsqlDbType.TimestampTz, ct);
        }

        await writer.CompleteAsync(ct);
    }

    /// <summary>What the provider says it paid to the bank is what arrived there; that it is not the sum of its own lines is a difference.</summary>
    async Task Settle(Transaction tx, string provider, string dayText, DateOnly day, SettlementFile file, CancellationToken ct)
    {
        var net = file.Net();
        foreach (var currency in net.Keys.Union(file.Paid.Keys))
        {
            var (ours, theirs) = (net.GetValueOrDefault(currency), file.Paid.GetValueOrDefault(currency));
            var row = new
            {
                Id = Guid.CreateVersion7(),
                Provider = provider,
                Day = dayText,
                Key = $"{dayText}-{currency}",
                Currency = currency,
                Net = theirs,
                Ours = ours,
                Theirs = theirs,
            };
            await tx.Execute(ours == theirs ? CloseNet : InsertNet, row, ct);
            if (await tx.Execute(InsertSettlement, row, ct) == 1)
            {
                tx.Publish(new ProviderSettled(row.Id, provider, day, new(theirs, currency)) { OccurredAt = clock.GetUtcNow(), Version = 1 });
            }
        }
    }
}
