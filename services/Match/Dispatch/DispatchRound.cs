using System.Diagnostics;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>
/// One round of one zone: all waiting requests and all free drivers near them are looked at together. Six round trips to the
/// database, however many requests there are, and one search in location per request.
/// </summary>
sealed class DispatchRound(
    WaitingRequests waitingRequests, Candidates candidates, MakeOffers makeOffers, Explanations explanations, MatchingRules matching, CityClock clock,
    MatchMetrics metrics)
{
    /// <summary>Runs it. <paramref name="token"/> proves that this copy holds the zone's lease.</summary>
    public async Task<RoundResult> Run(Zone zone, long token, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var (rules, now) = (matching.Of(zone.CityId), clock.GetUtcNow());
        var waiting = await waitingRequests.In(zone, rules, now, ct);
        if (waiting.Count == 0)
        {
            return RoundResult.NobodyWaited;
        }

        var found = await candidates.For(zone, waiting, rules, now, ct);
        var chosen = Assignment.Choose(found.Free, rules);
        IReadOnlyList<PlannedOffer> made = [];
        if (chosen.Count > 0)
        {
            var offeredAt = clock.GetUtcNow();
            made = await makeOffers.From(Plan(chosen, waiting, rules, offeredAt), zone, token, rules, offeredAt, ct);
            metrics.Offered(zone, made, offeredAt);
        }

        explanations.Note(RoundExplanation.Of(waiting, found, chosen, [.. made.Select(offer => offer.Candidate.DriverId)], rules, now));
        metrics.Round(zone, Stopwatch.GetElapsedTime(started));
        return made.DistinctBy(offer => offer.Request.RideRequestId).Count() == waiting.Count ? RoundResult.EverybodyServed : RoundResult.SomeLeftOver;
    }

    static PlannedOffer[] Plan(IReadOnlyList<Candidate> chosen, IReadOnlyList<WaitingRequest> waiting, CityRules rules, DateTimeOffset now)
    {
        var requests = waiting.ToDictionary(request => request.RideRequestId);
        return [.. chosen.Select(pair => Plan(pair, requests[pair.RideRequestId])).Where(offer => offer.ExpiresAt > now)];

        // No offer outlives its search, so a search ends when the passenger was told that it would.
        PlannedOffer Plan(Candidate pair, WaitingRequest request) =>
            new(Guid.CreateVersion7(), request, pair, now + rules.OfferTime < request.SearchEndsAt ? now + rules.OfferTime : request.SearchEndsAt);
    }
}
