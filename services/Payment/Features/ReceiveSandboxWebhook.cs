using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The provider tells how a charge ended: possibly before it answered us, twice, late or out of order. Only its signature is believed;
/// each event counts once, and an attempt that has ended stays as it is.
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

    const string Contradicts = "select exists (select from payment.attempts where id = @AttemptId and status <> @Status)";

    /// <param name="IdempotencyKey">Ours: the attempt's id.</param>
    internal sealed record Webhook(string WebhookId, string Type, string ChargeId, string Status, string IdempotencyKey, string? DeclineCode = null);

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        HttpRequest request, WebhookSignature signature, Outcomes outcomes, Database database, IOptions<PaymentOptions> options,
        ILogger<Webhook> logger, CancellationToken ct)
    {
        var body = await ReadBody(request, ct);
        if (body is null || !signature.Matches(request.Headers[WebhookSignature.Header], body, options.Value.WebhookTolerance))
        {
            return PaymentProblems.BadSignature.ToHttp();
        }

        if (Parse(body) is not { } webhook)
        {
            return Problem.Invalid("body", "This is not a webhook of the sandbox.").ToHttp();
        }

        await using var tx = await database.Begin(ct);
        await Apply(webhook, tx, outcomes, logger, ct);
        await tx.Commit(ct);
        return TypedResults.NoContent();
    }

    static async Task Apply(Webhook webhook, Transaction tx, Outcomes outcomes, ILogger logger, CancellationToken ct)
    {
        var attemptId = Guid.TryParse(webhook.IdempotencyKey, out var id) ? id : Guid.Empty;
        if (await tx.Execute(RecordOnce, new { webhook.WebhookId, webhook.Type, AttemptId = attemptId }, ct) == 0)
        {
            return;
        }

        var applied = webhook.Status switch
        {
            "succeeded" => await outcomes.RecordSuccess(tx, attemptId, new(webhook.ChargeId), ct),
            "declined" => await outcomes.RecordDecline(tx, attemptId, new(webhook.ChargeId, Decline.From(webhook.DeclineCode)), ct),
            _ => false,
        };
        if (!applied)
        {
            await tx.Execute(MarkIgnored, new { webhook.WebhookId }, ct);
            await WarnOfContradiction(webhook, attemptId, tx, logger, ct);
        }
    }

    static async Task WarnOfContradiction(Webhook webhook, Guid attemptId, Transaction tx, ILogger logger, CancellationToken ct)
    {
        var status = webhook.Status is "succeeded" ? AttemptStatus.Succeeded : AttemptStatus.Declined;
        if (await tx.Find<bool>(Contradicts, new { AttemptId = attemptId, Status = status.ToString() }, ct))
        {
            Contradicted(logger, attemptId, webhook.ChargeId, webhook.Status);
        }
    }

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

    [LoggerMessage(LogLevel.Critical, "The provider says {Status} about charge {ChargeId}, but attempt {AttemptId} ended otherwise; reconcile by hand")]
    static partial void Contradicted(ILogger logger, Guid attemptId, string chargeId, string status);
}
