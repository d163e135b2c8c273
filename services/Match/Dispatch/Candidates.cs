using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>Finds who could take the waiting requests: near by location's word, free by our own.</summary>
sealed partial class Candidates(LocationClient location, Database database, MatchMetrics metrics, ILogger<Candidates> logger)
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
        var near = await Near(zone, waiting, rules, now, ct);
        if (near.Count == 0)
        {
            return [];
        }

        var free = await Free(zone, [.. near.Select(candidate => candidate.DriverId).Distinct()], ct);
        return [.. near.Where(candidate => free.Contains(candidate.DriverId))];
    }

    async Task<IReadOnlyCollection<Candidate>> Near(Zone zone, IReadOnlyList<WaitingRequest> waiting, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        var found = new System.Collections.Concurrent.ConcurrentBag<Candidate>();
        try
        {
            await Parallel.ForEachAsync(waiting, new ParallelOptions { MaxDegreeOfParallelism = SearchesAtOnce, CancellationToken = ct }, async (request, stop) =>
            {
                foreach (var candidate in await Near(zone, request, rules, now, stop))
                {
                    found.Add(candidate);
                }
            });
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LocationSilent(waiting.Count, exception.Message);
        }

        return found;
    }

    async Task<IEnumerable<Candidate>> Near(Zone zone, WaitingRequest request, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        var waited = now - request.RequestedAt;
        var credit = waited.TotalSeconds * rules.MetresPerSecondWaited;
        var drivers = await location.Nearby(
            new(request.Pickup, zone.CityId, zone.VehicleClass, rules.RadiusMetres(waited), rules.CandidatesPerRequest, request.Exclude), ct);
        var exclude = request.Exclude.ToHashSet();
        return drivers.Where(driver => !exclude.Contains(driver.DriverId)).Select(driver =>
            new Candidate(request.RideRequestId, driver.DriverId, driver.Position, (int)Math.Round(driver.DistanceMetres), driver.DistanceMetres - credit));
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

    [LoggerMessage(LogLevel.Warning, "location does not answer ({Reason}); up to {Waiting} requests wait for the next round")]
    partial void LocationSilent(int waiting, string reason);

    sealed record Verdict(Guid DriverId, string? Dropped);
}
