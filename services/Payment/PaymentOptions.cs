using System.ComponentModel.DataAnnotations;

namespace Tumpang.Payments;

/// <summary>Settings of payment, section Payment. City time is the business's clock, system time the infrastructure's.</summary>
internal sealed class PaymentOptions
{
    /// <summary>How often a softly declined card is tried again before the passenger owes.</summary>
    [Range(0, 10)]
    public int SoftDeclineRetries { get; set; } = 2;

    /// <summary>City time before the first such retry; doubles with each.</summary>
    public TimeSpan SoftDeclineBackOff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>City time that a driver has to confirm cash; then the passenger is asked for a card.</summary>
    public TimeSpan CashConfirmation { get; set; } = TimeSpan.FromHours(12);

    /// <summary>System time that one request to the provider may take.</summary>
    public TimeSpan ProviderTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>System time for which a worker holds an attempt; then another takes over, under the same key. More than two provider timeouts.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>System time before an attempt with unknown outcome is looked at again; doubles up to <see cref="LongestRecheck"/>.</summary>
    public TimeSpan FirstRecheck { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>System time.</summary>
    public TimeSpan LongestRecheck { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After so many sends a provider that answers "error, and I hold no such charge" is believed, and the attempt counts as declined.</summary>
    [Range(1, 100)]
    public int SendsBeforeGivingUp { get; set; } = 6;

    /// <summary>Charges under way at once, per copy; as many refunds and as many payouts beside them.</summary>
    [Range(1, 1_000)]
    public int ConcurrentCharges { get; set; } = 16;

    /// <summary>System time between looks for due attempts; a committed change wakes the worker at once.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>System time by which a webhook's timestamp may differ from ours.</summary>
    public TimeSpan WebhookTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Minor units by currency that one operator may write off or void; beyond it a second must approve. A currency that is not listed has
    /// no such freedom.
    /// </summary>
    public Dictionary<string, long> SecondOperatorAbove { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 5_000, ["IDR"] = 7_500_000 };
}
