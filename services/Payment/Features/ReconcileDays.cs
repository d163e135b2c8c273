using System.Globalization;
using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Every night, and whenever an operator asks: fetches a day's settlement file, holds it against our books and billing's ledger. A claim is a lease: one
/// copy at a time, and one that dies leaves it to the next. Days that were missed while nobody ran are caught up with, a month back.
/// </summary>
internal sealed partial class ReconcileDays(
    Database database, ISettlementFiles files, PaymentProviders providers, Disputes disputes, Payouts payouts, Reconciliation reconciliation,
    LedgerComparison ledger, TimeProvider system, IOptions<PaymentOptions> options, ILogger<ReconcileDays> logger) : ISweep
{
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    const string Schedule = """
        insert into payment.reconciliations (provider, day, status, due_at)
        select @Name, day, 'Due', now()
        from   generate_series(
            greatest(
                least(@Yesterday::date, (
                    select max(day) + 1 from payment.reconciliations where provider = @Name and status = 'Final' and day < @Yesterday::date)),
                @Yesterday::date - 31),
            @Yesterday::date, interval '1 day') as day
        on conflict (provider, day) do update set due_at = now() where reconciliations.status = 'Preliminary' and reconciliations.due_at is null
        """;

    const string ClaimOne = """
        update payment.reconciliations
        set    due_at = now() + @Lease
        where  provider = @Name and day = (
            select day from payment.reconciliations
            where  provider = @Name and due_at <= now()
            order  by day limit 1 for update skip locked)
        returning day::timestamp as day, due_at
        """;

    const string UnknownDisputes = """
        select key from unnest(@Keys) as key
        where  not exists (select from payment.disputes where provider = @Name and provider_dispute_id = key)
        """;

    const string NotReturned = """
        select payout.id
        from   payment.payouts payout
        join   payment.bank_accounts account on account.id = payout.bank_account_id and account.provider = @Name
        where  payout.id = any(@Ids) and payout.status in ('Due', 'Sent', 'Succeeded')
        """;

    const string MarkDone = """
        update payment.reconciliations
        set    due_at = case when due_at = @DueAt then null else due_at end, ledger_checked_at = now()
        where  provider = @Name and day = @Day::date
        """;

    const string MarkFailed = "update payment.reconciliations set failure = @Failure where provider = @Name and day = @Day::date";

    public TimeSpan Every => options.Value.ReconcilePoll;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var yesterday = DateOnly.FromDateTime((system.GetUtcNow() - options.Value.ReconcileAfter).UtcDateTime).AddDays(-1);
        await database.Execute(Schedule, new { files.Name, Yesterday = Text(yesterday) }, ct);
        if (await database.Find<Claimed>(ClaimOne, new { files.Name, Lease }, ct) is not { } claimed)
        {
            return false;
        }

        var day = DateOnly.FromDateTime(claimed.Day);
        try
        {
            await Run(day, claimed.DueAt, ct);
        }
        catch (Exception failure) when (failure is HttpRequestException or FormatException or OverflowException or TimeoutException
            || (failure is OperationCanceledException && !ct.IsCancellationRequested))
        {
            Failed(day, failure);
            await database.Execute(MarkFailed, new { files.Name, Day = Text(day), Failure = failure.Message }, ct);
        }

        return true;
    }

    async Task Run(DateOnly day, DateTimeOffset dueAt, CancellationToken ct)
    {
        var file = await files.Download(day, ct);
        await LearnOfDisputes(file, ct);
        await LearnOfReturns(file, ct);
        await using (var tx = await database.Begin(ct))
        {
            await reconciliation.Take(tx, files.Name, day, file, ct);
            await tx.Commit(ct);
        }

        await ledger.Compare(files.Name, Text(day), ct);
        // Whoever asked again meanwhile has made it due anew.
        await database.Execute(MarkDone, new { files.Name, Day = Text(day), DueAt = dueAt }, ct);
    }

    /// <summary>A dispute of which no webhook ever told is in the file: the provider tells the rest of it.</summary>
    async Task LearnOfDisputes(SettlementFile file, CancellationToken ct)
    {
        var keys = file.Lines.Where(line => line.Type == "chargeback").Select(line => line.Key).ToArray();
        foreach (var key in await database.List<string>(UnknownDisputes, new { Keys = keys, files.Name }, ct))
        {
            if (await providers.DisputesOf(files.Name).FindDispute(key, ct) is { } told)
            {
                await using var tx = await database.Begin(ct);
                if (await disputes.Record(tx, told, ct)) await tx.Commit(ct);
            }
        }
    }

    /// <summary>The same for a payout that a bank has sent back.</summary>
    async Task LearnOfReturns(SettlementFile file, CancellationToken ct)
    {
        var ids = file.Lines.Where(line => line.Type == "transfer-return").Select(line => Guid.TryParse(line.Key, out var id) ? id : Guid.Empty).ToArray();
        foreach (var payoutId in await database.List<Guid>(NotReturned, new { Ids = ids, files.Name }, ct))
        {
            if (await providers.Of(files.Name).FindTransfer(payoutId, ct) is ProviderAnswer.Returned returned)
            {
                await using var tx = await database.Begin(ct);
                if (await payouts.RecordReturn(tx, payoutId, returned, ct)) await tx.Commit(ct);
            }
        }
    }

    sealed record Claimed(DateTime Day, DateTimeOffset DueAt);

    static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    [LoggerMessage(LogLevel.Warning, "The settlement of {Day} could not be reconciled; it is tried again in a minute")]
    partial void Failed(DateOnly day, Exception failure);
}
