using System.ComponentModel.DataAnnotations;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>Settings of payment, section Payment. City time is the business's clock, system time the infrastructure's.</summary>
internal sealed class PaymentOptions
{
    /// <summary>sandbox or stripe: where new cards and bank accounts belong. What was added before stays with its own.</summary>
    [RegularExpression("sandbox|stripe")]
    public string Provider { get; set; } = "sandbox";

    /// <summary>Where Stripe's API is.</summary>
    public Uri StripeUrl { get; set; } = new("https://api.stripe.com");

    /// <summary>The version of Stripe's API whose objects we read.</summary>
    [Required]
    public string StripeVersion { get; set; } = "2025-04-30.basil";

    /// <summary>How often a softly declined card is tried again before the passenger owes.</summary>
    [Range(0, 10)]
    public int SoftDeclineRetries { get; set; } = 2;

    /// <summary>City time before the first such retry; doubles with each.</summary>
    public TimeSpan SoftDeclineBackOff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>City time that a driver has to confirm cash; then the passenger is asked for a card.</summary>
    public TimeSpan CashConfirmation { get; set; } = TimeSpan.FromHours(12);

    /// <summary>Whether the quoted fare is held on the passenger's card while the ride lasts; otherwise the card is charged at its end.</summary>
    public bool AuthoriseAtBooking { get; set; }

    /// <summary>The same by city, where it differs.</summary>
    public Dictionary<string, bool> AuthoriseAtBookingIn { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What is held beyond the quoted fare: 2 000 = a fifth of it.</summary>
    [Range(0, 10_000)]
    public int AuthorisationMarginBasisPoints { get; set; } = 2_000;

    /// <summary>City time after which money held for a ride is let go of though nobody has told of its end.</summary>
    public TimeSpan AuthorisationOutlives { get; set; } = TimeSpan.FromHours(24);

    /// <summary>System time for which a code can be paid.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CodeLasts { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a code that nobody paid in time is replaced by another before the passenger owes.</summary>
    [Range(0, 100)]
    public int CodeRenewals { get; set; } = 5;

    /// <summary>System time after the end of a code by which a payment that was begun before has arrived.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CodePaymentsLateBy { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>System time that one request to the provider may take.</summary>
    public TimeSpan ProviderTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>System time for which a worker holds an attempt; then another takes over, under the same key. More than five provider timeouts.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>System time before an attempt with unknown outcome is looked at again; doubles up to <see cref="LongestRecheck"/>.</summary>
    public TimeSpan FirstRecheck { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>System time.</summary>
    public TimeSpan LongestRecheck { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// After so many sends a provider that answers "I hold no such charge" is believed, and the attempt counts as declined. While it does not answer nothing
    /// is sent, and nothing given up.
    /// </summary>
    [Range(1, 100)]
    public int SendsBeforeGivingUp { get; set; } = 6;

    /// <summary>Charges under way at once, per copy; as many refunds and as many payouts beside them.</summary>
    [Range(1, 1_000)]
    public int ConcurrentCharges { get; set; } = 16;

    /// <summary>System time between looks for due attempts; a committed change wakes the worker at once.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// System time between two questions how an open dispute stands, and between two looks at a provider's lists of disputes and of payouts that came back;
    /// mostly a webhook tells before.
    /// </summary>
    public TimeSpan DisputePoll { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long after the end of a provider's day its settlement is reconciled, system time.</summary>
    public TimeSpan ReconcileAfter { get; set; } = TimeSpan.FromHours(2);

    /// <summary>System time that billing has to hear of a movement before its ledger is held against it.</summary>
    public TimeSpan LedgerGrace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>System time between looks whether a day is to be reconciled.</summary>
    public TimeSpan ReconcilePoll { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>System time by which a webhook's timestamp may differ from ours.</summary>
    public TimeSpan WebhookTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Minor units by currency that one operator may give up of a ride; beyond it a second must approve. A currency that is not listed has
    /// no such freedom.
    /// </summary>
    public Dictionary<string, long> SecondOperatorAbove { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 5_000, ["IDR"] = 7_500_000 };

    /// <summary>The least that is paid into a wallet at once, minor units by currency. A currency that is not listed has no wallets.</summary>
    public Dictionary<string, long> TopUpMinimum { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 500, ["IDR"] = 1_000_000 };

    /// <summary>The most that is paid in at once, minor units by currency.</summary>
    public Dictionary<string, long> TopUpMaximum { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 20_000, ["IDR"] = 200_000_000 };

    /// <summary>The most that one passenger pays in within a day of city time, minor units by currency.</summary>
    public Dictionary<string, long> TopUpsPerDay { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 50_000, ["IDR"] = 500_000_000 };

    /// <summary>City time after the payment of a ride within which it may be tipped.</summary>
    public TimeSpan TipWithin { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The most that a ride is tipped with, minor units by currency. In a currency that is not listed nobody tips.</summary>
    public Dictionary<string, long> TipMaximum { get; set; } = new(StringComparer.Ordinal) { ["USD"] = 10_000, ["IDR"] = 100_000_000 };

    /// <summary>Whether nobody takes a movement up while another is still in the middle of the longest exchange about it, which is of five requests.</summary>
    public bool LeaseOutlastsAnExchange => Lease > 5 * ProviderTimeout;

    /// <summary>Why so much is not paid in; null when it may be.</summary>
    public Problem? RefusesTopUp(long minorUnits, string? currency) =>
        currency is null || !TopUpMinimum.TryGetValue(currency, out var least) || !TopUpMaximum.TryGetValue(currency, out var most)
            ? PaymentProblems.NoWalletInThisCurrency
            : minorUnits < least || minorUnits > most ? PaymentProblems.TopUpOutOfRange(least, most) : null;

    /// <summary>Whether rides of this city hold money on cards.</summary>
    public bool AuthorisesIn(string cityId) => AuthoriseAtBookingIn.TryGetValue(cityId, out var here) ? here : AuthoriseAtBooking;
}
