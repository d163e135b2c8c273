using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The sandbox tells how a charge, an authorisation, a refund or a transfer ended, and of transfers that came back. Only its signature is believed.
/// </summary>
internal static class ReceiveSandboxWebhook
{
    public const string SignatureHeader = "Sandbox-Signature";

    /// <param name="IdempotencyKey">Ours: the id of the attempt, the top-up, the authorisation, the refund or the payout; of a dispute, that of the charge.</param>
    /// <param name="CodeKey">Of a payment of a code: ours, the id of the attempt; <paramref name="IdempotencyKey"/> tells its payments apart.</param>
    /// <param name="RefundId">Of a refund; with <paramref name="ChargeId"/>, the charge that it gives back.</param>
    internal sealed record Webhook(
        string WebhookId, string Type, string Status, string IdempotencyKey, string? DeclineCode = null, string? ChargeId = null, string? RefundId = null,
        string? TransferId = null, string? AuthorisationId = null, DateTimeOffset? ExpiresAt = null, string? DisputeId = null, long AmountMinorUnits = 0,
        long FeeMinorUnits = 0, string? Currency = null, string? Reason = null, DateTimeOffset? OpenedAt = null, DateTimeOffset? EvidenceDueAt = null,
        string? CodeKey = null, string? ReturnCode = null)
    {
        /// <summary>Null when something of it is missing.</summary>
        public SandboxDispute? Dispute() =>
            (DisputeId, ChargeId, Currency, Reason, OpenedAt, EvidenceDueAt) is ({ } id, { } chargeId, { } currency, { } reason, { } openedAt, { } dueAt)
            ? new(id, chargeId, Status, AmountMinorUnits, FeeMinorUnits, currency, reason, IdempotencyKey, openedAt, dueAt)
            : null;

        public string? Reference => TransferId ?? RefundId ?? ChargeId ?? AuthorisationId;

        public ProviderNews News => new(
            SandboxProvider.ProviderName,
            WebhookId,
            Type,
            Of,
            Guid.TryParse(CodeKey ?? IdempotencyKey, out var key) ? key : Guid.Empty,
            DisputeId is null ? Outcome : new ProviderAnswer.Undecided(DisputeId),
            Dispute()?.Told(),
            Paid());

        /// <summary>Null when it is about something else.</summary>
        CodePayment? Paid() => (CodeKey, ChargeId, Status) is ({ } code, { } charge, "succeeded") && Guid.TryParse(code, out var attemptId)
            ? new(attemptId, IdempotencyKey, charge)
            : null;

        Movement Of => this switch
        {
            { TransferId: not null } => Movement.Payout,
            { RefundId: not null } => Movement.Refund,
            { AuthorisationId: not null } => Movement.Authorisation,
            _ => Movement.Charge,
        };

        ProviderAnswer Outcome => Status switch
        {
            "succeeded" => new ProviderAnswer.Succeeded(Reference!, ExpiresAt),
            "declined" => new ProviderAnswer.Declined(Reference, Decline.From(DeclineCode)),
            "returned" => ProviderAnswer.Returned.Because(Reference!, ReturnCode),
            _ => new ProviderAnswer.Undecided(Reference!),
        };
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        HttpRequest request, [FromKeyedServices(SandboxProvider.ProviderName)] WebhookSignature signature, Webhooks webhooks,
        IOptions<PaymentOptions> options, CancellationToken ct)
    {
        var body = await Webhooks.ReadBody(request, ct);
        if (body is null || !signature.Matches(request.Headers[SignatureHeader], body, options.Value.WebhookTolerance))
        {
            return PaymentProblems.BadSignature.ToHttp();
        }

        if (Parse(body) is not { Reference: not null } webhook)
        {
            return Problem.Invalid("body", "This is not a webhook of the sandbox.").ToHttp();
        }

        await webhooks.Take(webhook.News, ct);
        return TypedResults.NoContent();
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
}
