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

    /// <summary>Where webhooks go. Without it: payment's /v1/webhooks/sandbox, as service discovery finds it.</summary>
    public Uri? WebhookUrl { get; set; }
}
