using System.Collections.Concurrent;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>Finds who could take the waiting requests: near by location's word, free by our own.</summary>
sealed partial class Candidates(LocationClient location, WaitingRequests waitingRequests, Database database, MatchMetrics metrics, ILogger<Candidates> logger)
{
    /// <summary>Searches in flight at once per round; more would only queue in location.</summary>
    const int SearchesAtOnce = 8;

    const string Judge = """
        select candidate.driver_id,
               case
                   when driver.approved is not true then 'not-approved'
                   when driver.vehicle_class <> @VehicleClass then 'other-class'
                   when exists (select from match.busy_parties busy where busy.user_id = candidate.driver_id) then 'busy'
                   when exists (select from match.offers offer where offer.driver_id = candidate.driver_id and offer.status = 'Open') then 'has-offer'
               end as dropped
        from   unnest(@DriverIds) as candidate (driver_id)
        left   join match.drivers driver using (driver_id)
        """;

    /// <summary>All pairs worth choosing from. Empty while location does not answer: the requests just wait.</summary>
    public async Task<IReadOnlyList<Candidate>> For(Zone zone, IReadOnlyList<WaitingRequest> waiting, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        // Named to location, so that a crowd of drivers who think about their offers does not hide those who are free behind them.
        var thinking = await waitingRequests.DriversWithOffers(zone, ct);
        var near = await Near(waiting.Select(request => (request, Search(zone, request, thinking, rules, now))), rules, now, ct);
        if (near.Count == 0)
        {
            return [];
        }

        var free = await Free(zone, [.. near.Select(candidate => candidate.DriverId).Distinct()], ct);
        return [.. near.Where(candidate => free.Contains(candidate.DriverId))];
    }

    static NearbyRequest Search(Zone zone, WaitingRequest request, IReadOnlyList<Guid> thinking, CityRules rules, DateTimeOffset now) => new(
        request.Pickup, zone.CityId, zone.VehicleClass, rules.RadiusMetres(now - request.RequestedAt), rules.CandidatesPerRequest,
        [.. thinking, .. request.Exclude]);

    async Task<IReadOnlyCollection<Candidate>> Near(
        IEnumerable<(WaitingRequest Request, NearbyRequest Search)> searches, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        var found = new ConcurrentBag<Candidate>();
        try
        {
            await Parallel.ForEachAsync(searches, new ParallelOptions { MaxDegreeOfParallelism = SearchesAtOnce, CancellationToken = ct }, async (one, stop) =>
            {
                var exclude = one.Search.Exclude.ToHashSet();
                var drivers = (await location.Nearby(one.Search, stop)).Where(driver => !exclude.Contains(driver.DriverId)).ToArray();
                var seconds = PickupTimes.Seconds([.. drivers.Select(driver => driver.Position)], one.Request.Pickup);
                foreach (var pair in PairCost.Candidates(one.Request, drivers, seconds, rules, now))
                {
                    found.Add(pair);
                }
            });
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LocationSilent(exception.Message);
        }

        return found;
    }

    async Task<HashSet<Guid>> Free(Zone zone, Guid[] driverIds, CancellationToken ct)
    {
        var verdicts = await database.List<Verdict>(Judge, new { DriverIds = driverIds, VehicleClass = zone.VehicleClass.ToString() }, ct);
        foreach (var reason in verdicts.Where(verdict => verdict.Dropped is not null).CountBy(verdict => verdict.Dropped!))
        {
            metrics.Dropped(reason.Key, reason.Value);
        }

        return [.. verdicts.Where(verdict => verdict.Dropped is null).Select(verdict => verdict.DriverId)];
    }

    [LoggerMessage(LogLevel.Warning, "location does not answer ({Reason}); the requests it was asked for wait for the next round")]
    partial void LocationSilent(string reason);

    sealed record Verdict(Guid DriverId, string? Dropped);
}
