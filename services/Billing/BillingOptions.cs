using System.ComponentModel.DataAnnotations;

namespace Tumpang.Billing;

/// <summary>Settings of billing, section Billing.</summary>
internal sealed class BillingOptions
{
    /// <summary>How long a quote binds us, city time.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan QuoteLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How far ahead a scheduled ride can be priced; whether it can be ordered is match's to say.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan QuotesAhead { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a completed ride waits for its track, system time; then its quote is its fare.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan TrackDeadline { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often late rides are looked for, system time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How soon a new fare policy is in use, system time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan PolicyRefresh { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Pickup and drop-off closer than this are one place, straight metres.</summary>
    [Range(0, 10_000)]
    public int ShortestTripMetres { get; set; } = 20;

    /// <summary>Longer rides are not offered, straight metres.</summary>
    [Range(1_000, 1_000_000)]
    public int LongestTripMetres { get; set; } = 100_000;

    /// <summary>
    /// Minor units by currency that one operator may take off a fare, all adjustments of the ride together; beyond it a second
    /// operator must approve. A currency that is not listed has no such freedom.
    /// </summary>
    public Dictionary<string, long> SecondOperatorAbove { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 5_000, ["IDR"] = 7_500_000 };
}
