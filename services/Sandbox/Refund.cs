namespace Tumpang.Sandbox;

/// <summary>A refund as its row, with what it needs of its charge. <see cref="Outcome"/> is what it will become, unknown to the caller while it is pending.</summary>
sealed record Refund(
    Guid Id, Guid ChargeId, string IdempotencyKey, byte[] RequestHash, long AmountMinorUnits, string Currency, string CardToken, string Reference,
    string Status, string Outcome, string? DeclineCode, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt)
{
    /// <summary>From sandbox.refunds r and its charge c.</summary>
    public const string Columns = """
        r.id, r.charge_id, r.idempotency_key, r.request_hash, r.amount_minor_units, c.currency, c.card_token, r.reference, r.status, r.outcome,
        r.decline_code, r.created_at, r.decided_at
        """;

    public const string FindByKey = $"""
        select {Columns} from sandbox.refunds r join sandbox.charges c on c.id = r.charge_id where r.idempotency_key = @Key
        """;

    public RefundView View() => new(
        Id, ChargeId, Status.ToLowerInvariant(), Status == ChargeStatus.Declined ? DeclineCode : null, AmountMinorUnits, Currency, Reference, IdempotencyKey,
        CreatedAt, DecidedAt);

    /// <summary>What a webhook tells of the outcome.</summary>
    public RefundNotice Notice(Guid webhookId, DateTimeOffset occurredAt) => new(
        webhookId, $"refund.{Outcome.ToLowerInvariant()}", Id, ChargeId, Outcome.ToLowerInvariant(), DeclineCode, AmountMinorUnits, Currency, Reference,
        IdempotencyKey, occurredAt);
}

/// <summary>A refund as its caller sees it.</summary>
sealed record RefundView(
    Guid RefundId, Guid ChargeId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, string Reference, string IdempotencyKey,
    DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt);

/// <summary>The body of a webhook about a refund.</summary>
sealed record RefundNotice(
    Guid WebhookId, string Type, Guid RefundId, Guid ChargeId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, string Reference,
    string IdempotencyKey, DateTimeOffset OccurredAt);
