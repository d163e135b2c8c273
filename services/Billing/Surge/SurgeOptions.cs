using System.ComponentModel.DataAnnotations;

namespace Tumpang.Billing.Surge;

/// <summary>How prices follow demand where operators let them, section Billing:Surge. Whether they do, and how far, are rules in the database.</summary>
internal sealed class SurgeOptions : IValidatableObject
{
    /// <summary>Multipliers are multiples of this, basis points.</summary>
    public const int Step = 1_000;

    /// <summary>How often all multipliers are worked out anew, system time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:10:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How soon a copy uses what another one worked out or an operator decided, system time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan Refresh { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Multipliers that were not renewed for so long no longer count, system time: nobody pays more because a count is missing.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan BelievedFor { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>No rule of an operator goes beyond this multiplier, basis points.</summary>
    [Range(11_000, 100_000)]
    public int MostBasisPoints { get; set; } = 30_000;

    /// <summary>What a passenger who asked for a price lately counts for beside one who looks for a driver, percent.</summary>
    [Range(0, 100)]
    public int QuoteWeightPercent { get; set; } = 20;

    /// <summary>How long a passenger who asked for a price counts, city time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan QuotesCountFor { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>With less demand than this around a cell, passengers, nothing rises: one person in the suburbs is no rush.</summary>
    [Range(1, 1_000)]
    public int LeastDemand { get; set; } = 3;

    /// <summary>What each passenger per free driver beyond the first adds, basis points.</summary>
    [Range(1, 100_000)]
    public int SlopeBasisPoints { get; set; } = 5_000;

    /// <summary>How much of the way to where it should be a multiplier goes each time, percent.</summary>
    [Range(1, 100)]
    public int SmoothingPercent { get; set; } = 40;

    /// <summary>The smoothed value has to be so far above a multiplier before it rises, basis points.</summary>
    [Range((Step / 2) + 1, Step)]
    public int UpAfter { get; set; } = 700;

    /// <summary>It has to be so far below before it falls, basis points.</summary>
    [Range((Step / 2) + 1, Step)]
    public int DownAfter { get; set; } = 900;

    /// <summary>How long it can be looked up what a price was surged by, system time. The schema keeps 35 days whatever is said here.</summary>
    [Range(typeof(TimeSpan), "35.00:00:00", "3650.00:00:00")]
    public TimeSpan ChangesKeptFor { get; set; } = TimeSpan.FromDays(180);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MostBasisPoints % Step != 0) yield return new($"Billing:Surge:MostBasisPoints is a multiple of {Step}.", [nameof(MostBasisPoints)]);
        if (BelievedFor <= Every) yield return new("Billing:Surge:BelievedFor is longer than Every.", [nameof(BelievedFor)]);
    }
}
