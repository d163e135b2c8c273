using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>A movement of money that a worker holds.</summary>
internal interface IClaimed
{
    /// <summary>Its id, which is also the provider's idempotency key.</summary>
    Guid Id { get; }

    /// <summary>How often a worker took it up, this time included.</summary>
    int Tries { get; }

    /// <summary>How often it was sent, or may have been; the first time counts as it is taken up.</summary>
    int Sends { get; }
}

/// <summary>
/// Takes up due movements of one kind and finds out, once and for all, how each ends. A claim is a lease: when its worker dies, the movement falls
/// due again and another asks the provider what became of it, under the same key, before sending anything. Any number of copies may run.
/// </summary>
/// <param name="table">Of the schema payment, with the columns id, status, tries, sends, lease and due_at.</param>
/// <param name="columns">What a claim returns of a row named it, in the order of <typeparamref name="TClaimed"/>.</param>
internal abstract partial class ProviderWorker<TWorker, TClaimed>(
    string table, string columns, Database database, Inquiry inquiry, Signal<TWorker> signal, IOptions<PaymentOptions> options, ILogger<TWorker> logger)
    : BackgroundService
    where TClaimed : IClaimed
{
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    readonly string claim = $"""
        with due as (
            select id
            from   payment.{table}
            where  status in ('Due', 'Sent') and due_at <= now()
            order  by due_at
            limit  @Limit
            for update skip locked)
        update payment.{table} it
        set    status = 'Sent', tries = greatest(it.tries, it.sends) + 1, sends = greatest(it.sends, 1), lease = @Lease, due_at = now() + @LeaseTime
        from   due
        where  it.id = due.id
        returning {columns}
        """;

    readonly string lookAgain = $"""
        update payment.{table}
        set    due_at = now() + @Delay, lease = null
        where  id = @Id and lease = @Lease and status = 'Sent'
        """;

    readonly string countSend = $"update payment.{table} set sends = sends + 1 where id = @Id and status = 'Sent'";

    readonly SemaphoreSlim slots = new(options.Value.ConcurrentCharges);

    protected Database Database => database;

    /// <summary>Asks the provider, or moves the money; says what is known then.</summary>
    protected abstract Task<ProviderAnswer> Ask(TClaimed claimed, CancellationToken ct);

    /// <summary>Sends it, the first time; afterwards asks what became of it, and sends it again if the provider has answered that it knows of nothing.</summary>
    /// <param name="abandon">What to do when it is given up; without it, it counts as refused.</param>
    protected Task<ProviderAnswer> Inquire(
        TClaimed claimed, Func<Task<ProviderAnswer>> find, Func<Task<ProviderAnswer>> send, Func<Task<ProviderAnswer>>? abandon, CancellationToken ct) =>
        inquiry.Ask(claimed, find, send, async () => await database.Execute(countSend, new { claimed.Id }, ct) == 1, abandon);

    /// <summary>Writes down a success, a refusal or a return; false when it had ended before.</summary>
    protected abstract Task<bool> Record(Transaction tx, TClaimed claimed, ProviderAnswer answer, CancellationToken ct);

    /// <summary>How long to wait, in system time, before what is still unknown is looked at again.</summary>
    protected virtual TimeSpan PauseAfter(TClaimed claimed, ProviderAnswer answer) => inquiry.NextAfter(claimed.Tries);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await TakeUp(stoppingToken))
                {
                    await signal.Wait(options.Value.Poll, stoppingToken);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Interrupted(exception);
                await Task.Delay(PauseAfterFailure, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Drain();
    }

    /// <summary>What was begun is brought to its end: the provider's time limit bounds it, and nobody has to wait for a lease.</summary>
    async Task Drain()
    {
        for (var slot = 0; slot < options.Value.ConcurrentCharges; slot++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    /// <summary>Claims as many as there are free slots and runs them side by side; false when nothing was due.</summary>
    async Task<bool> TakeUp(CancellationToken ct)
    {
        await slots.WaitAsync(ct);
        slots.Release();
        var lease = Guid.NewGuid();
        var claimed = await database.List<TClaimed>(claim, new { Limit = slots.CurrentCount, Lease = lease, LeaseTime = options.Value.Lease }, ct);
        foreach (var one in claimed)
        {
            await slots.WaitAsync(CancellationToken.None);
            _ = Run(one, lease);
        }

        return claimed.Count > 0;
    }

    async Task Run(TClaimed claimed, Guid lease)
    {
        try
        {
            var answer = await Ask(claimed, CancellationToken.None);
            await Conclude(claimed, lease, answer, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LeftToLease(table, claimed.Id, exception);
        }
        finally
        {
            slots.Release();
        }
    }

    async Task Conclude(TClaimed claimed, Guid lease, ProviderAnswer answer, CancellationToken ct)
    {
        if (answer is not (ProviderAnswer.Succeeded or ProviderAnswer.Declined or ProviderAnswer.Returned))
        {
            StillUnknown(table, claimed.Id, answer.GetType().Name, claimed.Tries);
            await database.Execute(lookAgain, new { claimed.Id, Lease = lease, Delay = PauseAfter(claimed, answer) }, ct);
            return;
        }

        await using var tx = await database.Begin(ct);
        if (await Record(tx, claimed, answer, ct))
        {
            await tx.Commit(ct);
        }
    }

    public override void Dispose()
    {
        slots.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    [LoggerMessage(LogLevel.Information, "{Table} {Id}: still unknown after {Tries} tries: {Answer}")]
    partial void StillUnknown(string table, Guid id, string answer, int tries);

    [LoggerMessage(LogLevel.Warning, "{Table} {Id}: could not be concluded; its lease ends by itself")]
    partial void LeftToLease(string table, Guid id, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The worker was interrupted; it goes on in a second")]
    partial void Interrupted(Exception exception);
}
