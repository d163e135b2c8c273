using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Takes up due attempts and finds out, once and for all, how each ends. A claim is a lease: when its worker dies, the attempt falls
/// due again and another asks the provider what became of it, under the same key, before sending anything. Any number of copies may run.
/// </summary>
internal sealed partial class ChargeDueAttempts(
    Database database, IPaymentProvider provider, CardTokens tokens, Outcomes outcomes, PaymentSignal signal,
    IOptions<PaymentOptions> options, ILogger<ChargeDueAttempts> logger) : BackgroundService
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

    internal sealed record Claimed(Guid Id, Guid PaymentMethodId, long AmountMinorUnits, string Currency, int Sends, byte[]? CardToken);

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
                await Task.Delay(PauseAfterFailure, stoppingToken);
            }
        }
    }

    /// <summary>Claims as many as there are free slots and runs them side by side; false when nothing was due.</summary>
    async Task<bool> TakeUp(CancellationToken ct)
    {
        await slots.WaitAsync(ct);
        slots.Release();
        var lease = Guid.NewGuid();
        var claimed = await database.List<Claimed>(Claim, new { Limit = slots.CurrentCount, Lease = lease, LeaseTime = options.Value.Lease }, ct);
        foreach (var attempt in claimed)
        {
            await slots.WaitAsync(ct);
            _ = Run(attempt, lease, ct);
        }

        return claimed.Count > 0;
    }

    async Task Run(Claimed attempt, Guid lease, CancellationToken ct)
    {
        try
        {
            await Conclude(attempt, lease, await Ask(attempt, ct), ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LeftToLease(attempt.Id, exception);
        }
        catch (OperationCanceledException)
        {
            // The process stops; the lease ends by itself and another copy asks.
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>What is known about an attempt. Whatever may have been sent before is asked about before it is sent again.</summary>
    async Task<ChargeAnswer> Ask(Claimed attempt, CancellationToken ct)
    {
        if (attempt.Sends > 1)
        {
            var known = await provider.Find(attempt.Id, ct);
            if (known is not ChargeAnswer.Absent)
            {
                return known;
            }

            if (attempt.Sends > options.Value.SendsBeforeGivingUp)
            {
                return new ChargeAnswer.Declined(null, Decline.ProviderFault);
            }
        }

        return attempt.CardToken is { } box
            ? await provider.Charge(new(attempt.Id, new Money(attempt.AmountMinorUnits, attempt.Currency), tokens.Open(box, attempt.PaymentMethodId)), ct)
            : new ChargeAnswer.Declined(null, Decline.MethodRemoved);
    }

    async Task Conclude(Claimed attempt, Guid lease, ChargeAnswer answer, CancellationToken ct)
    {
        if (answer is not (ChargeAnswer.Succeeded or ChargeAnswer.Declined))
        {
            StillUnknown(attempt.Id, answer.GetType().Name, attempt.Sends);
            await database.Execute(LookAgain, new { attempt.Id, Lease = lease, Delay = RecheckAfter(attempt.Sends) }, ct);
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

    TimeSpan RecheckAfter(int sends)
    {
        var delay = options.Value.FirstRecheck * Math.Pow(2, Math.Min(sends - 1, 16));
        return delay < options.Value.LongestRecheck ? delay : options.Value.LongestRecheck;
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
