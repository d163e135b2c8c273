namespace Tumpang.Sandbox;

/// <summary>A transfer as its row. <see cref="Outcome"/> is what it will become, unknown to the caller while it is pending.</summary>
/// <param name="ReturnCode">Why the bank sent it back; null unless it did.</param>
sealed record Transfer(
    Guid Id, string IdempotencyKey, byte[] RequestHash, long AmountMinorUnits, string Currency, string AccountNumber, string Reference, string Status,
    string Outcome, string? DeclineCode, DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt, string? ReturnCode, DateTimeOffset? ReturnedAt)
{
    /// <summary>It had succeeded, and the bank has sent it back.</summary>
    public const string Returned = nameof(Returned);

    public const string Columns = """
        id, idempotency_key, request_hash, amount_minor_units, currency, account_number, reference, status, outcome, decline_code, created_at, decided_at,
        return_code, returned_at
        """;

    public const string FindById = $"select {Columns} from sandbox.transfers where id = @Id";

    public const string FindByKey = $"select {Columns} from sandbox.transfers where idempotency_key = @Key";

    /// <summary>Account numbers that the bank knows well; docs/sandbox.md is the list for people.</summary>
    public static CardBehaviour BehaviourOf(string accountNumber) => accountNumber switch
    {
        "TESTDECLINED" => new(DeclineCode: "account-closed"),
        "TESTDELAY" => CardBehaviour.Of("tok_delay"),
        "TESTTIMEOUT" => CardBehaviour.Of("tok_timeout"),
        "TESTERROR" => CardBehaviour.Of("tok_error"),
        "TESTERRORAFTER" => CardBehaviour.Of("tok_error_after_charge"),
        "TESTPENDING" => CardBehaviour.Of("tok_pending"),
        "TESTPENDINGDECLINED" => CardBehaviour.Of("tok_pending_declined") with { DeclineCode = "account-closed" },
        "TESTWEBHOOKTWICE" => CardBehaviour.Of("tok_webhook_twice"),
        "TESTWEBHOOKLATE" or "TESTRETURNEDEARLY" => CardBehaviour.Of("tok_webhook_late"),
        _ => new(),
    };

    public TransferView View() => new(
        Id, Status.ToLowerInvariant(), Status == ChargeStatus.Declined ? DeclineCode : null, AmountMinorUnits, Currency, Reference, IdempotencyKey,
        CreatedAt, DecidedAt, ReturnCode, ReturnedAt);

    /// <summary>What a webhook tells of the outcome.</summary>
    public TransferNotice Notice(Guid webhookId, DateTimeOffset occurredAt) => new(
        webhookId, $"transfer.{Outcome.ToLowerInvariant()}", Id, Outcome.ToLowerInvariant(), DeclineCode, AmountMinorUnits, Currency, Reference, IdempotencyKey,
        occurredAt);

    /// <summary>What a webhook tells of its return.</summary>
    public TransferNotice ReturnNotice(Guid webhookId) => new(
        webhookId, "transfer.returned", Id, "returned", null, AmountMinorUnits, Currency, Reference, IdempotencyKey, ReturnedAt ?? CreatedAt, ReturnCode);
}

/// <summary>How a bank sends back what it has taken; docs/sandbox.md is the list for people.</summary>
sealed record ReturnBehaviour(Notice Notice = Notice.Once)
{
    /// <summary>Null for accounts whose bank keeps it.</summary>
    public static ReturnBehaviour? Of(string accountNumber) => accountNumber switch
    {
        "TESTRETURNED" or "TESTRETURNEDEARLY" => new(),
        "TESTRETURNEDTWICE" => new(Notice.Twice),
        "TESTRETURNEDSILENT" => new(Notice.None),
        _ => null,
    };
}

/// <summary>A transfer as its caller sees it.</summary>
sealed record TransferView(
    Guid TransferId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, string Reference, string IdempotencyKey,
    DateTimeOffset CreatedAt, DateTimeOffset? DecidedAt, string? ReturnCode, DateTimeOffset? ReturnedAt);

/// <summary>The body of a webhook about a transfer.</summary>
sealed record TransferNotice(
    Guid WebhookId, string Type, Guid TransferId, string Status, string? DeclineCode, long AmountMinorUnits, string Currency, string Reference,
    string IdempotencyKey, DateTimeOffset OccurredAt, string? ReturnCode = null);
