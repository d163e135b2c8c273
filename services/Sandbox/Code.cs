using Tumpang.Contracts;

namespace Tumpang.Sandbox;

/// <summary>A code that phones scan and pay, as its row: one fixed amount, for a while.</summary>
/// <param name="Payments">How many payments have arrived; a second phone may be quicker than the news of the first.</param>
/// <param name="Ended">Nobody can begin to pay it any more.</param>
sealed record Code(
    Guid Id, string IdempotencyKey, byte[] RequestHash, long AmountMinorUnits, string Currency, string Reference, string Url, int Payments,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? ClosedAt, bool Ended)
{
    /// <summary>From sandbox.codes.</summary>
    public const string Columns = """
        id, idempotency_key, request_hash, amount_minor_units, currency, reference, url, payments, created_at, expires_at, closed_at,
        (expires_at <= now() or closed_at is not null) as ended
        """;

    public const string FindByKey = $"select {Columns} from sandbox.codes where idempotency_key = @Key";

    public const string FindById = $"select {Columns} from sandbox.codes where id = @Id";

    public const string PaymentsOf = """
        select   id as charge_id, idempotency_key
        from     sandbox.charges
        where    code_key = @IdempotencyKey
        order by decided_at, id
        """;

    public string Status => Payments > 0 ? "paid" : ClosedAt is not null ? "closed" : Ended ? "expired" : "open";

    /// <summary>As people write it: USD 12.50.</summary>
    public string Amount
    {
        get
        {
            var scale = Currencies.MinorUnitsPerMajor(Currency);
            var minor = scale == 1 ? "" : $".{(AmountMinorUnits % scale).ToString($"D{scale.ToString().Length - 1}")}";
            return $"{Currency} {AmountMinorUnits / scale}{minor}";
        }
    }

    public CodeView View(IReadOnlyList<CodePaymentView> payments) => new(
        Id, Status, AmountMinorUnits, Currency, Url, Reference, IdempotencyKey, CreatedAt, ExpiresAt,
        payments.FirstOrDefault(payment => payment.IdempotencyKey == IdempotencyKey)?.ChargeId, payments);
}

/// <summary>A code as its caller sees it: open, paid, expired or closed.</summary>
/// <param name="Url">What the code says to the phone that scans it.</param>
/// <param name="ChargeId">The first payment.</param>
/// <param name="Payments">All that have arrived.</param>
sealed record CodeView(
    Guid CodeId, string Status, long AmountMinorUnits, string Currency, string Url, string Reference, string IdempotencyKey, DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt, Guid? ChargeId, IReadOnlyList<CodePaymentView> Payments);

/// <summary>One payment of a code: the first has the code's own key.</summary>
sealed record CodePaymentView(Guid ChargeId, string IdempotencyKey);
