using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Takes evidence to the provider, and asks how open disputes stand, in case a webhook was lost. A claim puts the next look off, so that copies share the
/// work and one that dies leaves it to the others.
/// </summary>
internal sealed class AskAboutDisputes(Database database, Disputes disputes, PaymentProviders providers, IOptions<PaymentOptions> options) : ISweep
{
    const string ClaimOne = """
        update payment.disputes
        set    look_at = now() + @Pause
        where  id = (
            select id from payment.disputes
            where  status = 'Received' and look_at <= now()
            order  by look_at limit 1 for update skip locked)
        returning id, provider, provider_dispute_id, case when evidence_sent_at is null and evidence_refusal is null then evidence end as evidence
        """;

    const string MarkSent = """
        update payment.disputes
        set    evidence_sent_at = case when @Taken then now() end, evidence_refusal = case when not @Taken then 'refused-by-provider' end
        where  id = @Id and evidence_sent_at is null and evidence_refusal is null
        """;

    public TimeSpan Every => options.Value.Poll;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<Claimed>(ClaimOne, new { Pause = options.Value.DisputePoll }, ct) is not { } claimed)
        {
            return false;
        }

        var provider = providers.DisputesOf(claimed.Provider);
        if (claimed.Evidence is { } text)
        {
            await Submit(provider, claimed, text, ct);
        }

        if (await provider.FindDispute(claimed.ProviderDisputeId, ct) is { } told)
        {
            await using var tx = await database.Begin(ct);
            if (await disputes.Record(tx, told, ct))
            {
                await tx.Commit(ct);
            }
        }

        return true;
    }

    async Task Submit(IProviderDisputes provider, Claimed claimed, string text, CancellationToken ct)
    {
        var answer = await provider.SubmitEvidence(claimed.ProviderDisputeId, text, ct);
        if (answer is not EvidenceAnswer.Unknown)
        {
            await database.Execute(MarkSent, new { claimed.Id, Taken = answer is EvidenceAnswer.Taken }, ct);
        }
    }

    sealed record Claimed(Guid Id, string Provider, string ProviderDisputeId, string? Evidence);
}
