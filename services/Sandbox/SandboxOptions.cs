using System.ComponentModel.DataAnnotations;

namespace Tumpang.Sandbox;

/// <summary>How the outside world behaves. All spans are system time.</summary>
sealed class SandboxOptions
{
    /// <summary>How long tok_delay thinks before it answers, at most a minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan AnswerDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a charge stays pending, and how long a webhook waits after an answer that never came.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PendingFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause between the two deliveries of tok_webhook_twice.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DuplicateAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the webhook of tok_webhook_late comes after the decision.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LateBy { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long money stays held on a card that was authorised.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "31.00:00:00")]
    public TimeSpan AuthorisationsLast { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long after its charge a dispute opens, and how long its decision takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan DisputeFor { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after its arrival a bank sends a transfer back.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ReturnAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the merchant may give evidence.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "90.00:00:00")]
    public TimeSpan EvidenceWithin { get; set; } = TimeSpan.FromDays(7);

    /// <summary>What a dispute costs, minor units by currency; given back when it is won. A currency that is not listed costs nothing.</summary>
    public Dictionary<string, long> DisputeFee { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 1_500, ["IDR"] = 15_000_000 };

    /// <summary>Where phones find the pages of codes. Without it: where the caller found the sandbox.</summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>Where webhooks go. Without it: payment's /v1/webhooks/sandbox, as service discovery finds it.</summary>
    public Uri? WebhookUrl { get; set; }
}
