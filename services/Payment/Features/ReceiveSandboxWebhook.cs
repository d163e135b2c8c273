using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The provider tells how a charge, a refund or a transfer ended: possibly before it answered us, twice, late or out of order. Only its signature is believed;
/// each event counts once, and what has ended stays as it is.
/// </summary>
internal static partial class ReceiveSandboxWebhook
{
    const int LargestBody = 64 * 1024;

    const string RecordOnce = """
        insert into payment.webhooks (provider, event_id, type, attempt_id, outcome)
        values ('sandbox', @WebhookId, @Type, @AttemptId, 'Applied')
        on conflict do nothing
        """;

    const string MarkIgnored = "update payment.webhooks set outcome = 'Ignored' where provider = 'sandbox' and event_id = @WebhookId";

    const string Contradicts = """
        select exists (select from payment.attempts where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
            or exists (select from payment.refunds  where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
            or exists (select from payment.payouts  where id = @Id and status not in ('Due', 'Sent') and (status = 'Succeeded') <> @Succeeded)
        """;

    /// <param name="IdempotencyKey">Ours: the id of the attempt, the refund or the payout.</param>
    /// <param name="RefundId">Of a refund; with <paramref name="ChargeId"/>, the charge that it gives back.</param>
    internal sealed record Webhook(
        string WebhookId, string Type, string Status, string IdempotencyKey, string? DeclineCode = null, string? ChargeId = null, string? RefundId = null,
        string? TransferId = null)
    {
        public string? Reference => TransferId ?? RefundId ?? ChargeId;
    }

    /// <summary>Whoever keeps the books of what a webhook is about.</summary>
    internal sealed record Ledgers(Outcomes Charges, Refunds Refunds, Payouts Payouts);

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        HttpRequest request, WebhookSignature signature, Ledgers ledgers, Database database, IOptions<PaymentOptions> options,
        ILogger<Webhook> logger, CancellationToken ct)
    {
        var body = await ReadBody(request, ct);
        if (body is null || !signature.Matches(request.Headers[WebhookSignature.Header], body, options.Value.WebhookTolerance))
        {
            return PaymentProblems.BadSignature.ToHttp();
        }

        if (Parse(body) is not { Reference: not null } webhook)
        {
            return Problem.Invalid("body", "This is not a webhook of the sandbox.").ToHttp();
        }

        await using var tx = await database.Begin(ct);
        await Apply(webhook, webhook.Reference!, tx, ledgers, logger, ct);
        await tx.Commit(ct);
        return TypedResults.NoContent();
    }

    static async Task Apply(Webhook webhook, string reference, Transaction tx, Ledgers ledgers, ILogger logger, CancellationToken ct)
    {
        var id = Guid.TryParse(webhook.IdempotencyKey, out var key) ? key : Guid.Empty;
        if (await tx.Execute(RecordOnce, new { webhook.WebhookId, webhook.Type, AttemptId = id }, ct) == 0)
        {
            return;
        }

        var applied = webhook.Status switch
        {
            "succeeded" => await Succeed(webhook, id, new(reference), tx, ledgers, ct),
            "declined" => await Decline(webhook, id, new(reference, Payments.Decline.From(webhook.DeclineCode)), tx, ledgers, ct),
            _ => false,
        };
        if (!applied)
        {
            await tx.Execute(MarkIgnored, new { webhook.WebhookId }, ct);
            await WarnOfContradiction(webhook, id, tx, logger, ct);
        }
    }

    static async Task WarnOfContradiction(Webhook webhook, Guid id, Transaction tx, ILogger logger, CancellationToken ct)
    {
        if (await tx.Find<bool>(Contradicts, new { Id = id, Succeeded = webhook.Status is "succeeded" }, ct))
        {
            Contradicted(logger, id, webhook.Reference!, webhook.Status);
        }
    }

    static Task<bool> Succeed(
        Webhook webhook, Guid id, ProviderAnswer.Succeeded success, Transaction tx, Ledgers ledgers, CancellationToken ct) => webhook switch
        {
            { TransferId: not null } => ledgers.Payouts.RecordSuccess(tx, id, success, ct),
            { RefundId: not null } => ledgers.Refunds.RecordSuccess(tx, id, success, ct),
            _ => ledgers.Charges.RecordSuccess(tx, id, success, ct),
        };

    static Task<bool> Decline(
        Webhook webhook, Guid id, ProviderAnswer.Declined declined, Transaction tx, Ledgers ledgers, CancellationToken ct) => webhook switch
        {
            { TransferId: not null } => ledgers.Payouts.RecordFailure(tx, id, declined, ct),
            { RefundId: not null } => ledgers.Refunds.RecordFailure(tx, id, declined, ct),
            _ => ledgers.Charges.RecordDecline(tx, id, declined, ct),
        };

    static async Task<byte[]?> ReadBody(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > LargestBody)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, ct);
        return buffer.Length <= LargestBody ? buffer.ToArray() : null;
    }

    static Webhook? Parse(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<Webhook>(body, Json.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Critical, "The provider says {Status} about {Reference}, but {Id} ended otherwise; reconcile by hand")]
    static partial void Contradicted(ILogger logger, Guid id, string reference, string status);
}
