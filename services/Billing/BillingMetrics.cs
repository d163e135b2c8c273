using System.Diagnostics.Metrics;

namespace Tumpang.Billing;

/// <summary>What an operator watches: fares by what they rest on, and quotes. Many fares on quotes mean that tracks do not arrive.</summary>
internal sealed class BillingMetrics
{
    static readonly Meter Meter = new("Tumpang.Billing");

    readonly Counter<long> fares = Meter.CreateCounter<long>("tumpang.billing.fares", "{fare}", "Final fares by basis: Track, Quote or Policy.");
    readonly Counter<long> quotes = Meter.CreateCounter<long>("tumpang.billing.quotes", "{quote}", "Quotes given.");

    public void CountFare(FareBasis basis) => fares.Add(1, new KeyValuePair<string, object?>("basis", basis.ToString()));

    public void CountQuotes(int given) => quotes.Add(given);
}
