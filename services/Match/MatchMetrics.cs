using System.Diagnostics.Metrics;
using Tumpang.Matching.Dispatch;

namespace Tumpang.Matching;

/// <summary>What match counts. Tags are cities, classes and reasons; ids belong in traces.</summary>
sealed class MatchMetrics
{
    readonly Counter<long> requests;
    readonly Counter<long> offers;
    readonly Counter<long> outcomes;
    readonly Counter<long> judged;
    readonly Histogram<double> timeToOffer;
    readonly Histogram<double> rounds;

    public MatchMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Tumpang.Match");
        requests = meter.CreateCounter<long>("tumpang.match.requests", "{request}", "Ride requests taken in.");
        offers = meter.CreateCounter<long>("tumpang.match.offers", "{offer}", "Offers made.");
        outcomes = meter.CreateCounter<long>("tumpang.match.outcomes", "{outcome}", "How offers and requests ended.");
        judged = meter.CreateCounter<long>("tumpang.match.verdicts", "{driver}", "What rounds decided about each request and each driver near it.");
        timeToOffer = meter.CreateHistogram<double>("tumpang.match.time_to_offer", "s", "From the request to each of its offers, city time.");
        rounds = meter.CreateHistogram<double>("tumpang.match.rounds", "s", "Dispatch rounds with anybody waiting, system time.");
    }

    public void Requested(Zone zone) => requests.Add(1, City(zone), Class(zone));

    public void Offered(Zone zone, IReadOnlyList<PlannedOffer> made, DateTimeOffset at)
    {
        offers.Add(made.Count, City(zone), Class(zone));
        foreach (var offer in made)
        {
            timeToOffer.Record((at - offer.Request.RequestedAt).TotalSeconds, City(zone), Class(zone));
        }
    }

    /// <param name="outcome">The event's name: OfferAccepted, OfferExpired, NoDriverFound, …</param>
    public void Ended(string outcome, int count = 1) => outcomes.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    /// <param name="verdict">One of <see cref="Verdict"/>.</param>
    public void Judged(string verdict, int count) => judged.Add(count, new KeyValuePair<string, object?>("verdict", verdict));

    public void Round(Zone zone, TimeSpan took) => rounds.Record(took.TotalSeconds, City(zone), Class(zone));

    static KeyValuePair<string, object?> City(Zone zone) => new("city", zone.CityId);

    static KeyValuePair<string, object?> Class(Zone zone) => new("class", zone.VehicleClass.ToString());
}
