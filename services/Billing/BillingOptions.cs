using System.ComponentModel.DataAnnotations;

namespace Tumpang.Billing;

/// <summary>Settings of billing, section Billing.</summary>
internal sealed class BillingOptions
{
    /// <summary>How long a quote binds us, city time.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan QuoteLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a promotion is held beyond a quote's expiry, system time: by then a request under it has been heard. A hold is renewed when it is shorter than
    /// that, and lasts as long again, so that a passenger who asks for price after price writes once in such a time.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PromotionHoldSlack { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a quote for another way of a ride under way binds us, city time: the ride goes on meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "00:30:00")]
    public TimeSpan RerouteQuoteLifetime { get; set; } = TimeSpan.FromMinutes(2);

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

    /// <summary>Whether a passenger whose bank took a charge back for good owes it, and gets no new ride, until an operator forgives it.</summary>
    public bool BlockAfterLostChargeback { get; set; } = true;

    /// <summary>How long before it ends a driver's subscription is paid for again, or lapses, city time: so that there is no gap.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SubscriptionRenewAhead { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How drivers are paid out.</summary>
    public PayoutOptions Payouts { get; set; } = new();
}

/// <summary>When drivers are paid out, section Billing:Payouts. Days and times are those of the first city whose currency it is.</summary>
internal sealed class PayoutOptions
{
    /// <summary>How often everybody is paid what they have earned.</summary>
    public PayoutSchedule Schedule { get; set; } = PayoutSchedule.Weekly;

    /// <summary>The wall clock at which a batch begins; weekly ones on Mondays.</summary>
    public TimeOnly At { get; set; } = new(4, 0);

    /// <summary>Minor units by currency below which a balance waits. A currency that is not listed has no minimum.</summary>
    public Dictionary<string, long> Minimum { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 1_000, ["IDR"] = 5_000_000 };

    /// <summary>Minor units by currency that a driver pays for a payout outside the schedule. A currency that is not listed is free.</summary>
    public Dictionary<string, long> OnDemandFee { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 50, ["IDR"] = 250_000 };

    /// <summary>How often it is looked whether a batch is due, system time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The least that is paid out, not less than one minor unit.</summary>
    public long MinimumOf(string currency) => Math.Max(1, Minimum.GetValueOrDefault(currency));

    /// <summary>The local day on which the newest batch began, at that wall clock of the city.</summary>
    public DateOnly NewestPeriod(DateTime cityWallClock)
    {
        var day = DateOnly.FromDateTime(cityWallClock - At.ToTimeSpan());
        return Schedule is PayoutSchedule.Daily ? day : day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }
}

/// <summary>How often drivers are paid without asking. Off: only on demand.</summary>
internal enum PayoutSchedule { Off, Daily, Weekly }
