using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>What a provider's webhook is about: an attempt, an authorisation, a refund or a payout.</summary>
internal enum Movement { Charge, Authorisation, Refund, Payout }

/// <summary>What a provider tells by webhook.</summary>
/// <param name="EventId">The provider's; each counts once.</param>
/// <param name="Id">Ours: of the attempt, the top-up, the tip, the authorisation, the refund or the payout.</param>
/// <param name="Outcome">Succeeded, Declined or, of a payout, Returned; anything else is taken down and changes nothing.</param>
/// <param name="Dispute">How a dispute of the charge stands, when that is what it is about.</param>
/// <param name="Paid">Which payment of a code, when that is what it is about.</param>
internal sealed record ProviderNews(
    string Provider, string EventId, string Type, Movement Of, Guid Id, ProviderAnswer Outcome, DisputeTold? Dispute = null, CodePayment? Paid = null);

/// <summary>
/// Takes what providers tell: possibly before they answered us, twice, late or out of order. Each event counts once, and what has ended stays as it is.
/// Whoever comes here has checked the signature.
/// </summary>
internal sealed partial class Webhooks(
    Outcomes charges, Authorisations authorisations, Refunds refunds, Payouts payouts, TopUps topUps, Tips tips, Disputes disputes, Codes codes,
    Database database, ILogger<Webhooks> logger)
{
    const int LargestBody = 64 * 1024;

    const string RecordOnce = """
        insert into payment.webhooks (provider, event_id, type, attempt_id, outcome)
        values (@Provider, @EventId, @Type, @Id, 'Applied')
        on conflict do nothing
        """;

    const string MarkIgnored = "update payment.webhooks set outcome = 'Ignored' where provider = @Provider and event_id = @EventId";

    const string NamesAnother = """
        select exists (select from payment.attempts where id = @Id and provider_charge_id <> @Reference)
            or exists (select from payment.authorisations where id = @Id and provider_authorisation_id <> @Reference)
            or exists (select from payment.top_ups where id = @Id and provider_charge_id <> @Reference)
            or exists (select from payment.tips where id = @Id and provider_charge_id <> @Reference)
        """;

    const string Contradicts = """
        select exists (select from payment.attempts where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
            or exists (select from payment.refunds  where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
            or exists (select from payment.top_ups  where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
            or exists (select from payment.tips     where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
            or exists (select from payment.payouts  where id = @Id and status not in ('Due', 'Sent') and (status <> 'Failed') <> @Succeeded)
        """;

    /// <summary>The bytes that were signed; null when they are more than any webhook has.</summary>
    public static async Task<byte[]?> ReadBody(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > LargestBody)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, ct);
        return buffer.Length <= LargestBody ? buffer.ToArray() : null;
    }

    /// <summary>Writes the event down and, the first time, what it means.</summary>
    public async Task Take(ProviderNews news, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Execute(RecordOnce, new { news.Provider, news.EventId, news.Type, news.Id }, ct) == 0)
        {
            return;
        }

        if (!await Apply(news, tx, ct))
        {
            await tx.Execute(MarkIgnored, new { news.Provider, news.EventId }, ct);
            await WarnOfContradiction(news, tx, ct);
        }

        await tx.Commit(ct);
    }

    async Task<bool> Apply(ProviderNews news, Transaction tx, CancellationToken ct) => news.Outcome switch
    {
        _ when news.Dispute is { } told => await disputes.Record(tx, told, ct),
        _ when news.Paid is { } paid => await codes.Record(tx, paid, ct),
        ProviderAnswer.Succeeded success => await Succeed(news, success, tx, ct),
        ProviderAnswer.Declined declined => await Decline(news, declined, tx, ct),
        ProviderAnswer.Returned returned => news.Of is Movement.Payout && await payouts.RecordReturn(tx, news.Id, returned, ct),
        _ => false,
    };

    async Task<bool> Succeed(ProviderNews news, ProviderAnswer.Succeeded success, Transaction tx, CancellationToken ct) => news.Of switch
    {
        Movement.Payout => await payouts.RecordSuccess(tx, news.Id, success, ct),
        Movement.Refund => await refunds.RecordSuccess(tx, news.Id, success, ct) || await codes.RecordReturn(tx, news.Id, success, ct),
        Movement.Authorisation => await IsOurs(news.Id, success.Reference, tx, ct) && await authorisations.RecordSuccess(tx, news.Id, success, ct),
        _ => await IsOurs(news.Id, success.Reference, tx, ct)
            && (await charges.RecordSuccess(tx, news.Id, success, ct) || await topUps.RecordSuccess(tx, news.Id, success, ct)
                || await tips.RecordSuccess(tx, news.Id, success, ct)),
    };

    async Task<bool> Decline(ProviderNews news, ProviderAnswer.Declined declined, Transaction tx, CancellationToken ct) => news.Of switch
    {
        Movement.Payout => await payouts.RecordFailure(tx, news.Id, declined, ct),
        Movement.Refund => await refunds.RecordFailure(tx, news.Id, declined, ct) || await codes.RecordReturnFailure(tx, news.Id, declined, ct),
        Movement.Authorisation => await IsOurs(news.Id, declined.Reference, tx, ct) && await authorisations.RecordDecline(tx, news.Id, declined, ct),
        _ => await IsOurs(news.Id, declined.Reference, tx, ct)
            && (await charges.RecordDecline(tx, news.Id, declined, ct) || await topUps.RecordFailure(tx, news.Id, declined, ct)
                || await tips.RecordFailure(tx, news.Id, declined, ct)),
    };

    /// <summary>A charge whose name was written down is ended by news of that name only.</summary>
    static async Task<bool> IsOurs(Guid attemptId, string? reference, Transaction tx, CancellationToken ct) =>
        !await tx.Find<bool>(NamesAnother, new { Id = attemptId, Reference = reference }, ct);

    async Task WarnOfContradiction(ProviderNews news, Transaction tx, CancellationToken ct)
    {
        // Of a code any number of payments may be told, and each is the fare's or goes back.
        if (news is { Paid: null, Outcome: ProviderAnswer.Succeeded or ProviderAnswer.Declined or ProviderAnswer.Returned }
            && await tx.Find<bool>(Contradicts, new { news.Id, Succeeded = news.Outcome is not ProviderAnswer.Declined }, ct))
        {
            Contradicted(news.Provider, news.Type, news.EventId, news.Id);
        }
    }

    [LoggerMessage(LogLevel.Critical, "{Provider} says {Type} in event {EventId}, but {Id} ended otherwise; reconcile by hand")]
    partial void Contradicted(string provider, string type, string eventId, Guid id);
}
