namespace Tumpang.Sandbox;

/// <summary>Pending → Succeeded or Declined; the last two are final.</summary>
static class ChargeStatus
{
    public const string Succeeded = nameof(Succeeded);
    public const string Declined = nameof(Declined);
    public const string Pending = nameof(Pending);
}

/// <summary>A charge as its row. <see cref="Outcome"/> is what it will become, unknown to the caller while it is pending.</summary>
/// <param name="AuthorisationId">Of a capture: what it captured.</param>
/// <param name="CodeKey">Of a payment of a code: the code's key.</param>
sealed record Charge(
    Guid Id, string IdempotencyKey, byte[] RequestHash, long AmountMinorUnits, string Currency, string CardToken, string Reference, string Status,
    string Outcome, string? DeclineCode, long RefundedMinorUnits, long DisputedMinorUnits, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt,
    Guid? AuthorisationId, string? CodeKey)
{
    /// <summary>What its card makes of it.</summary>
    public CardBehaviour Behaviour => AuthorisationId is null ? CardBehaviour.Of(CardToken) : CardBehaviour.OfCapture(CardToken);

    /// <summary>What was neither given back nor taken back.</summary>
    public long LeftMinorUnits => AmountMinorUnits - RefundedMinorUnits - DisputedMinorUnits;

    public ChargeView View() => new(
        Id, Wire(Status), Status == ChargeStatus.Declined ? DeclineCode : null, AmountMinorUnits, Currency, RefundedMinorUnits, Reference, IdempotencyKey,
        CreatedAt, DecidedAt, DisputedMinorUnits);

    /// <summary>What a webhook tells of the outcome.</summary>
    public ChargeNotice Notice(Guid webhookId, DateTimeOffset occurredAt) => new(
        webhookId, $"charge.{Wire(Outcome)}", Id, Wire(Outcome), DeclineCode, AmountMinorUnits, Currency, Reference, IdempotencyKey, occurredAt,
        CodeKey);

    /// <summary>This provider spells its statuses in lower case.</summary>
    static string Wire(string status) => status.ToLowerInvariant();
}

/// <summary>A charge as its caller sees it.</summary>
sealed record ChargeView(
    Guid ChargeId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, long RefundedMinorUnits, string Reference,
    string IdempotencyKey, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt, long DisputedMinorUnits);

/// <summary>The body of a webhook.</summary>
/// <param name="CodeKey">Of a payment of a code: the code's key, which is also that of its first payment.</param>
sealed record ChargeNotice(
    Guid WebhookId, string Type, Guid ChargeId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, string Reference,
    string IdempotencyKey, DateTimeOffset OccurredAt, string? CodeKey = null);
