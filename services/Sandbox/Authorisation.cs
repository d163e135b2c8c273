namespace Tumpang.Sandbox;

/// <summary>Money held on a card, as its row. <see cref="Outcome"/> is what it will become, unknown to the caller while it is pending.</summary>
/// <param name="Expired">Nothing can be captured of it any more.</param>
sealed record Authorisation(
    Guid Id, string IdempotencyKey, byte[] RequestHash, long AmountMinorUnits, string Currency, string CardToken, string Reference, string Status,
    string Outcome, string? DeclineCode, long CapturedMinorUnits, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt, DateTimeOffset ExpiresAt, bool Expired)
{
    public const string Authorised = nameof(Authorised);
    public const string Captured = nameof(Captured);
    public const string Voided = nameof(Voided);

    public const string Columns = """
        id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decline_code, captured_minor_units,
        created_at, decided_at, expires_at, status = 'Authorised' and expires_at <= now() as expired
        """;

    public const string FindById = $"select {Columns} from sandbox.authorisations where id = @Id";
    public const string FindByKey = $"select {Columns} from sandbox.authorisations where idempotency_key = @Key";

    public AuthorisationView View() => new(
        Id, Expired ? "expired" : Status.ToLowerInvariant(), Status == ChargeStatus.Declined ? DeclineCode : null, AmountMinorUnits, CapturedMinorUnits,
        Currency, Reference, IdempotencyKey, CreatedAt, DecidedAt, ExpiresAt);

    /// <summary>What a webhook tells of the outcome.</summary>
    public AuthorisationNotice Notice(Guid webhookId, DateTimeOffset occurredAt)
    {
        var status = DeclineCode is null ? "succeeded" : "declined";
        return new(
            webhookId, $"authorisation.{status}", Id, status, DeclineCode, AmountMinorUnits, Currency, Reference, IdempotencyKey, ExpiresAt, occurredAt);
    }
}

/// <summary>An authorisation as its caller sees it: pending, authorised, declined, captured, voided or expired.</summary>
sealed record AuthorisationView(
    Guid AuthorisationId, string Status, string? DeclineCode, long AmountMinorUnits, long CapturedMinorUnits, string Currency, string Reference,
    string IdempotencyKey, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt, DateTimeOffset ExpiresAt);

/// <summary>The body of a webhook about an authorisation.</summary>
sealed record AuthorisationNotice(
    Guid WebhookId, string Type, Guid AuthorisationId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, string Reference,
    string IdempotencyKey, DateTimeOffset ExpiresAt, DateTimeOffset OccurredAt);
