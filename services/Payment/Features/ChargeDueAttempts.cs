using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Takes up due attempts and finds out, once and for all, how each ends. A claim is a lease: when its worker dies, the attempt falls
/// due again and another asks the provider what became of it, under the same key, before sending anything. Any number of copies may run.
/// </summary>
internal sealed partial class ChargeDueAttempts(
    Database database, ChargeInquiry inquiry, Outcomes outcomes, PaymentSignal signal, IOptions<PaymentOptions> options, ILogger<ChargeDueAttempts> logger) : BackgroundService
{
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    // The card is read at the charge: whose it is and whether it still exists is decided now, not when the ride was ordered.
    const string Claim = """
        with due as (
            select id
            from   payment.attempts
            where  status in ('Due', 'Sent') and due_at <= now()
            order  by due_at
            limit  @Limit
            for update skip locked)
        update payment.attempts a
        set    status = 'Sent', sends = a.sends + 1, lease = @Lease, due_at = now() + @LeaseTime
        from   due
        where  a.id = due.id
        returning a.id, a.payment_method_id, a.amount_minor_units, a.currency, a.sends,
                  (select m.card_token
                   from   payment.payment_methods m
                   join   payment.orders o on o.passenger_id = m.passenger_id
                   where  o.id = a.order_id and m.id = a.payment_method_id and m.removed_at is null) as card_token
        """;

    const string LookAgain = """
        update payment.attempts
        set    due_at = now() + @Delay, lease = null
        where  id = @Id and lease = @Lease and status = 'Sent'
        """;

    readonly SemaphoreSlim slots = new(options.Value.ConcurrentCharges);

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
        var claimed = await database.List<ClaimedAttempt>(Claim, new { Limit = slots.CurrentCount, Lease = lease, LeaseTime = options.Value.Lease }, ct);
        foreach (var attempt in claimed)
        {
            await slots.WaitAsync(CancellationToken.None);
            _ = Run(attempt, lease);
        }

        return claimed.Count > 0;
    }

    async Task Run(ClaimedAttempt attempt, Guid lease)
    {
        try
        {
            var answer = await inquiry.Ask(attempt, CancellationToken.None);
            await Conclude(attempt, lease, answer, CancellationToken.None);
        }
        catch (Exception exception)
        {
            LeftToLease(attempt.Id, exception);
        }
        finally
        {
            slots.Release();
        }
    }

    async Task Conclude(ClaimedAttempt attempt, Guid lease, ChargeAnswer answer, CancellationToken ct)
    {
        if (answer is not (ChargeAnswer.Succeeded or ChargeAnswer.Declined))
        {
            StillUnknown(attempt.Id, answer.GetType().Name, attempt.Sends);
            await database.Execute(LookAgain, new { attempt.Id, Lease = lease, Delay = inquiry.NextAfter(attempt.Sends) }, ct);
            return;
        }

        await using var tx = await database.Begin(ct);
        var first = answer is ChargeAnswer.Succeeded success
            ? await outcomes.RecordSuccess(tx, attempt.Id, success, ct)
            : await outcomes.RecordDecline(tx, attempt.Id, (ChargeAnswer.Declined)answer, ct);
        if (first)
        {
            await tx.Commit(ct);
        }
    }

    public override void Dispose()
    {
        slots.Dispose();
        base.Dispose();
    }

    [LoggerMessage(LogLevel.Information, "Attempt {AttemptId} is still unknown after {Sends} tries: {Answer}")]
    partial void StillUnknown(Guid attemptId, string answer, int sends);

    [LoggerMessage(LogLevel.Warning, "Attempt {AttemptId} could not be concluded; its lease ends by itself")]
    partial void LeftToLease(Guid attemptId, Exception exception);

    [LoggerMessage(LogLevel.Warning, "The worker was interrupted; it goes on in a second")]
    partial void Interrupted(Exception exception);
}
