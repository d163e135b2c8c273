namespace Tumpang.Sandbox;

/// <summary>How the caller of a charge or a refund is answered.</summary>
enum Answer { AtOnce, Slowly, Never, WithError }

/// <summary>When the outcome is told by webhook.</summary>
enum Notice { None, Once, Twice, Late }

/// <summary>What a magic card token makes the provider do; docs/sandbox.md is the list for people.</summary>
/// <param name="DeclineCode">Why the charge is declined; null when it succeeds.</param>
/// <param name="Pending">The answer is pending, and the outcome comes later.</param>
/// <param name="Happens">False: nothing is charged, now or later.</param>
sealed record CardBehaviour(string? DeclineCode = null, bool Pending = false, bool Happens = true, Answer Answer = Answer.AtOnce, Notice Notice = Notice.None)
{
    public string Outcome => DeclineCode is null ? ChargeStatus.Succeeded : ChargeStatus.Declined;

    const string RefundPrefix = "tok_refund_";

    /// <summary>How a refund to this card goes: a card tok_refund_&lt;something&gt; charges like tok_ok and refunds as tok_&lt;something&gt; charges.</summary>
    public static CardBehaviour OfRefund(string cardToken) => cardToken switch
    {
        "tok_refund_declined" => new(DeclineCode: "refund-declined"),
        _ when cardToken.StartsWith(RefundPrefix, StringComparison.Ordinal) => Of($"tok_{cardToken[RefundPrefix.Length..]}"),
        _ => new(),
    };

    public static CardBehaviour Of(string cardToken) => cardToken switch
    {
        "tok_ok" => new(),
        _ when cardToken.StartsWith(RefundPrefix, StringComparison.Ordinal) => new(),
        "tok_declined" => new(DeclineCode: "card-declined"),
        "tok_insufficient_funds" => new(DeclineCode: "insufficient-funds"),
        "tok_delay" => new(Answer: Answer.Slowly),
        "tok_timeout" => new(Answer: Answer.Never, Notice: Notice.Once),
        "tok_error" => new(Answer: Answer.WithError, Happens: false),
        "tok_error_after_charge" => new(Answer: Answer.WithError, Notice: Notice.Once),
        "tok_pending" => new(Pending: true, Notice: Notice.Once),
        "tok_pending_declined" => new(DeclineCode: "card-declined", Pending: true, Notice: Notice.Once),
        "tok_webhook_twice" => new(Pending: true, Notice: Notice.Twice),
        "tok_webhook_late" => new(Pending: true, Notice: Notice.Late),
        _ => new(DeclineCode: "unknown-card"),
    };

    /// <summary>When the webhook is due, counted from the decision; one entry per delivery.</summary>
    public IEnumerable<TimeSpan> NoticesAfter(SandboxOptions options) => Notice switch
    {
        Notice.Once => [TimeSpan.Zero],
        Notice.Twice => [TimeSpan.Zero, options.DuplicateAfter],
        Notice.Late => [options.LateBy],
        _ => [],
    };
}
