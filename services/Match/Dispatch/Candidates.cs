using System.Collections.Concurrent;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>Finds who could take the waiting requests: near by location's word, free by our own.</summary>
sealed partial class Candidates(
    LocationClient location, WaitingRequests waitingRequests, EndingRides endingRides, Database database, RoadMap roads, ILogger<Candidates> logger)
{
    /// <summary>Searches in flight at once per round; more would only queue in location.</summary>
    const int SearchesAtOnce = 8;

    const string Judge = """
        select candidate.driver_id,
               case
                   when driver.approved is not true then 'not-approved'
                   when driver.vehicle_class <> @VehicleClass then 'other-class'
                   when exists (select from match.busy_parties busy
                                where busy.user_id = candidate.driver_id and busy.ride_id is distinct from candidate.after_ride_id) then 'busy'
                   when exists (select from match.next_rides next where next.driver_id = candidate.driver_id) then 'busy'
                   when exists (select from match.offers offer where offer.driver_id = candidate.driver_id and offer.status = 'Open') then 'has-offer'
               end as dropped,
               coalesce(record.answered, 0) as answered, coalesce(record.accepted, 0) as accepted, coalesce(record.cancelled, 0) as cancelled, record.free_since,
               st_y(wanted.destination::geometry) as destination_latitude, st_x(wanted.destination::geometry) as destination_longitude,
               favourite.favourite_of
        from   unnest(@DriverIds, @AfterRideIds) as candidate (driver_id, after_ride_id)
        left   join match.drivers driver using (driver_id)
        left   join match.driver_records record using (driver_id)
        left   join match.driver_destinations wanted on wanted.driver_id = candidate.driver_id and wanted.expires_at > @Now
        left   join (
            select driver_id, string_agg(passenger_id::text, ',') as favourite_of
            from   match.favourite_drivers
            where  passenger_id = any(@PassengerIds) and not removed
            group  by driver_id) favourite on favourite.driver_id = candidate.driver_id
        """;

    /// <summary>Everybody near, and who of them can be chosen. Nobody while location does not answer: the requests just wait.</summary>
    public async Task<Found> For(Zone zone, IReadOnlyList<WaitingRequest> waiting, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        // Named to location, so that a crowd of drivers who think about their offers does not hide those who are free behind them.
        var thinking = await waitingRequests.DriversWithOffers(zone, ct);
        var ending = await endingRides.In(zone, rules, now, ct);
        var (near, answered) = await Near(waiting.Select(request => (request, Search(zone, request, thinking, rules, now))), ending, rules, now, ct);
        if (near.Count == 0)
        {
            return new([], new Dictionary<Guid, string>(), thinking.Count, answered);
        }

        var judged = (await Judged(zone, near, waiting, now, ct)).ToDictionary(driver => driver.DriverId);
        var requests = waiting.ToDictionary(request => request.RideRequestId);
        return new(
            [.. near.Select(pair => pair with { Cost = pair.Cost + judged[pair.DriverId].Adjustment(pair, requests[pair.RideRequestId], rules, now) })],
            judged.Values.Where(driver => driver.Dropped is not null).ToDictionary(driver => driver.DriverId, driver => driver.Dropped!), thinking.Count, answered);
    }

    static NearbyRequest Search(Zone zone, WaitingRequest request, IReadOnlyList<Guid> thinking, CityRules rules, DateTimeOffset now) => new(
        request.Pickup, zone.CityId, zone.VehicleClass, rules.RadiusMetres(now - request.RequestedAt), rules.CandidatesPerRequest,
        [.. thinking, .. request.Exclude]);

    async Task<(IReadOnlyCollection<Candidate> Near, bool Answered)> Near(
        IEnumerable<(WaitingRequest Request, NearbyRequest Search)> searches, IReadOnlyList<EndingRide> ending, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        var found = new ConcurrentBag<Candidate>();
        try
        {
            await Parallel.ForEachAsync(searches, new ParallelOptions { MaxDegreeOfParallelism = SearchesAtOnce, CancellationToken = ct }, async (one, stop) =>
            {
                var exclude = one.Search.Exclude.ToHashSet();
                var free = (await location.Nearby(one.Search, stop)).Where(driver => !exclude.Contains(driver.DriverId)).ToArray();
                NearbyDriver[] drivers = [.. free, .. EndingRides.Near(one.Request, ending, free, exclude, one.Search.RadiusMetres, now)];
                var seconds = PickupTimes.Seconds(roads, [.. drivers.Select(driver => driver.Position)], one.Request.Pickup);
                foreach (var pair in PairCost.Candidates(one.Request, drivers, seconds, rules, now))
                {
                    found.Add(pair);
                }
            });
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LocationSilent(exception.Message);
            return (found, false);
        }

        return (found, true);
    }

    Task<IReadOnlyList<JudgedDriver>> Judged(
        Zone zone, IReadOnlyCollection<Candidate> near, IReadOnlyList<WaitingRequest> waiting, DateTimeOffset now, CancellationToken ct)
    {
        // Location may have named a driver for one request just before their ride ended, and match for another: the busy guard decides for both.
        var drivers = near.DistinctBy(candidate => candidate.DriverId).ToList();
        return database.List<JudgedDriver>(
            Judge,
            new
            {
                DriverIds = drivers.Select(candidate => candidate.DriverId).ToArray(),
                AfterRideIds = drivers.Select(candidate => candidate.AfterRideId).ToArray(),
                PassengerIds = waiting.Select(request => request.PassengerId).ToArray(),
                VehicleClass = zone.VehicleClass.ToString(),
                Now = now,
            },
            ct);
    }

    [LoggerMessage(LogLevel.Warning, "location does not answer ({Reason}); the requests it was asked for wait for the next round")]
    partial void LocationSilent(string reason);

    /// <param name="FavouriteOf">Which of the waiting passengers would like this driver again, comma-separated ids.</param>
    sealed record JudgedDriver(
        Guid DriverId, string? Dropped, int Answered, int Accepted, int Cancelled, DateTimeOffset? FreeSince, double? DestinationLatitude,
        double? DestinationLongitude, string? FavouriteOf)
    {
        /// <summary>What the driver's record and both sides' wishes add to a pair; nothing in a queue, where only the rank counts.</summary>
        public double Adjustment(Candidate pair, WaitingRequest request, CityRules rules, DateTimeOffset now) => pair.QueueRank is not null
            ? 0
            : PairCost.Seconds(new(Answered, Accepted, Cancelled, pair.AfterRideId is null ? FreeSince : null), rules, now)
                + PairCost.Seconds(pair.DriverPosition, request.DropOff, Destination, rules)
                + PairCost.Seconds(request.PassengerId, FavouriteOf, rules);

        GeoPoint? Destination => DestinationLatitude is { } latitude && DestinationLongitude is { } longitude ? new(latitude, longitude) : null;
    }
}

/// <summary>What a round found.</summary>
/// <param name="Near">Every driver whom location named for a request.</param>
/// <param name="Dropped">Those of them who cannot be chosen, and why.</param>
/// <param name="DriversWithOffers">How many drivers of the zone location was told to leave out, because they think about an offer.</param>
sealed record Found(IReadOnlyCollection<Candidate> Near, IReadOnlyDictionary<Guid, string> Dropped, int DriversWithOffers, bool LocationAnswered)
{
    /// <summary>All pairs worth choosing from.</summary>
    public IReadOnlyCollection<Candidate> Free => [.. Near.Where(candidate => !Dropped.ContainsKey(candidate.DriverId))];
}
