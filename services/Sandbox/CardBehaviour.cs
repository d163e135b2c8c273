namespace Tumpang.Sandbox;

/// <summary>How the caller of a charge or a refund is answered.</summary>
enum Answer { AtOnce, Slowly, Never, WithError }

/// <summary>When the outcome is told by webhook.</summary>
enum Notice { None, Once, Twice, Late, OfOpeningOnly }

/// <summary>How the bank of somebody who pays a code does it. Slow: the money arrives later; Silent: the merchant is not told; Twice: told twice;
/// Refusing: it takes nothing back.</summary>
enum PayersBank { Prompt, Slow, Silent, Twice, Refusing }

/// <summary>What a magic card token makes the provider do; docs/sandbox.md is the list for people.</summary>
/// <param name="DeclineCode">Why the charge is declined; null when it succeeds.</param>
/// <param name="Pending">The answer is pending, and the outcome comes later.</param>
/// <param name="Happens">False: nothing is charged, now or later.</param>
sealed record CardBehaviour(string? DeclineCode = null, bool Pending = false, bool Happens = true, Answer Answer = Answer.AtOnce, Notice Notice = Notice.None)
{
    public string Outcome => DeclineCode is null ? ChargeStatus.Succeeded : ChargeStatus.Declined;

    const string RefundPrefix = "tok_refund_";

    const string HoldsOnly = "tok_charge_declined";
    const string AuthorisationPrefix = "tok_auth_";
    const string CapturePrefix = "tok_capture_";
    const string VoidPrefix = "tok_void_";
    const string CodePrefix = "tok_code_";

    /// <summary>What stands for a card where a code was paid.</summary>
    public static string TokenOf(PayersBank bank) => CodePrefix + bank.ToString().ToLowerInvariant();

    /// <summary>How holding money on this card goes: as a charge would; a card tok_auth_&lt;something&gt; is held as tok_&lt;something&gt; is charged.</summary>
    public static CardBehaviour OfAuthorisation(string cardToken) =>
        cardToken is HoldsOnly ? new()
        : !ExpiresAtOnce(cardToken) && cardToken.StartsWith(AuthorisationPrefix, StringComparison.Ordinal) ? Of($"tok_{cardToken[AuthorisationPrefix.Length..]}")
        : Of(cardToken);

    /// <summary>How taking what is held goes: as a charge would; a card tok_capture_&lt;something&gt; is captured as tok_&lt;something&gt; is charged.</summary>
    public static CardBehaviour OfCapture(string cardToken) =>
        cardToken is HoldsOnly ? new()
        : cardToken.StartsWith(CapturePrefix, StringComparison.Ordinal) ? Of($"tok_{cardToken[CapturePrefix.Length..]}")
        : Of(cardToken);

    /// <summary>How letting go of it is answered: at once, but for a card tok_void_&lt;something&gt;. It always happens.</summary>
    public static CardBehaviour OfVoid(string cardToken) =>
        cardToken.StartsWith(VoidPrefix, StringComparison.Ordinal) ? Of($"tok_{cardToken[VoidPrefix.Length..]}") : new();

    /// <summary>Whether what is held on this card is held for no time at all.</summary>
    public static bool ExpiresAtOnce(string cardToken) => cardToken is "tok_auth_expired";

    /// <summary>How a refund to this card goes: a card tok_refund_&lt;something&gt; charges like tok_ok and refunds as tok_&lt;something&gt; charges.</summary>
    public static CardBehaviour OfRefund(string cardToken) => cardToken switch
    {
        "tok_refund_declined" or "tok_code_refusing" => new(DeclineCode: "refund-declined"),
        _ when cardToken.StartsWith(RefundPrefix, StringComparison.Ordinal) => Of($"tok_{cardToken[RefundPrefix.Length..]}"),
        _ => new(),
    };

    public static CardBehaviour Of(string cardToken) => cardToken switch
    {
        "tok_ok" => new(),
        _ when cardToken.StartsWith(RefundPrefix, StringComparison.Ordinal) || DisputeBehaviour.Of(cardToken) is not null => new(),
        _ when cardToken.StartsWith(AuthorisationPrefix, StringComparison.Ordinal) => new(),
        _ when cardToken.StartsWith(CapturePrefix, StringComparison.Ordinal) => new(),
        _ when cardToken.StartsWith(VoidPrefix, StringComparison.Ordinal) => new(),
        "tok_code_prompt" or "tok_code_slow" or "tok_code_refusing" => new(Notice: Notice.Once),
        "tok_code_twice" => new(Notice: Notice.Twice),
        "tok_code_silent" => new(),
        "tok_declined" or HoldsOnly => new(DeclineCode: "card-declined"),
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
