using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Has the provider take no more payments of a code whose attempt has ended, and asks which have arrived, at once and once more when late ones must have: so
/// that what a second phone paid goes back also when no webhook tells of it. A claim puts the next look off, so that copies share the work and one that
/// dies leaves it to the others.
/// </summary>
internal sealed class CloseCodes(Database database, Codes codes, PaymentProviders providers, IOptions<PaymentOptions> options) : ISweep
{
    const string ClaimOne = """
        update payment.codes it
        set    look_at = now() + @Pause
        where  it.attempt_id = (select attempt_id from payment.codes where look_at <= now() order by look_at limit 1 for update skip locked)
        returning it.attempt_id,
                  (select method.provider
                   from   payment.attempts attempt
                   join   payment.payment_methods method on method.id = attempt.payment_method_id
                   where  attempt.id = it.attempt_id and method.kind = 'Qr') as provider
        """;

    const string Looked = """
        update payment.codes set look_at = case when ended_at + @LateBy > now() then ended_at + @LateBy end where attempt_id = @AttemptId
        """;

    public TimeSpan Every => options.Value.Poll;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<Claimed>(ClaimOne, new { Pause = options.Value.Lease }, ct) is not { } claimed)
        {
            return false;
        }

        if (await Close(claimed, ct) is { } payments)
        {
            await using var tx = await database.Begin(ct);
            foreach (var payment in payments)
            {
                await codes.Record(tx, payment, ct);
            }

            await tx.Execute(Looked, new { claimed.AttemptId, LateBy = options.Value.CodePaymentsLateBy }, ct);
            await tx.Commit(ct);
        }

        return true;
    }

    /// <summary>Of a provider that never made it there is nothing to close.</summary>
    async Task<IReadOnlyList<CodePayment>?> Close(Claimed claimed, CancellationToken ct) =>
        claimed.Provider is { } name && providers.CodesOf(name) is { } provider ? await provider.CloseCode(claimed.AttemptId, ct) : [];

    sealed record Claimed(Guid AttemptId, string? Provider);
}
