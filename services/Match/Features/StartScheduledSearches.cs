using Npgsql;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>
/// Begins the search for a scheduled ride early enough: the drive to the pickup, as long as it would take the free drivers there are now, and some minutes to
/// find one of them. A passenger who cannot have a ride yet (still on another, looking for one, in debt, or without the payment method) is waited for; at the
/// time of pickup such a request ends.
/// </summary>
sealed partial class StartScheduledSearches(
    Database database, LocationClient location, RoadMap roads, MatchingRules matching, CityClock clock, Dispatcher dispatcher, MatchMetrics metrics,
    ILogger<StartScheduledSearches> logger) : ISweep
{
    const int BatchSize = 200;

    /// <summary>The nearest may be gone or decline; the third decides how long the drive will take.</summary>
    const int DriversLookedAt = 3;

    /// <summary>Of a passenger who cannot have a ride yet: how soon to look again, city time.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    const string Coming = $"""
        select {RideRequest.Columns} from match.ride_requests
        where  status = 'Scheduled' and pickup_at <= @Until and ride_request_id <> all(@NotYet)
        order  by pickup_at limit @BatchSize
        """;

    // What another copy has begun, or the passenger has cancelled, is left alone. What was checked at the order is checked again: it may be weeks ago.
    const string Begin = """
        update match.ride_requests r
        set    status = 'Searching', requested_at = @Now, search_ends_at = @SearchEndsAt, updated_at = @Now, version = version + 1
        where  ride_request_id = @RideRequestId and status = 'Scheduled'
        and    not exists (select from match.busy_parties busy where busy.user_id = r.passenger_id)
        and    not exists (
            select from match.ride_requests live where live.passenger_id = r.passenger_id and live.status in ('Searching', 'Offered', 'AwaitingPassenger'))
        and    not exists (select from match.debts where debts.passenger_id = r.passenger_id and not debts.settled)
        and    not exists (select from match.wallet_debts owed where owed.passenger_id = r.passenger_id and not owed.settled)
        and    exists (select from match.payment_methods method where method.payment_method_id = r.payment_method_id and not method.removed)
        returning version
        """;

    const string EndMissed = """
        update match.ride_requests
        set    status = 'Cancelled', ended_at = @Now, updated_at = @Now, version = version + 1
        where  ride_request_id = @RideRequestId and status = 'Scheduled'
        returning version
        """;

    /// <summary>When this copy wants to look at each request again; forgotten by a restart, which then looks at once.</summary>
    Dictionary<Guid, DateTimeOffset> lookAgainAt = [];

    public TimeSpan Every => TimeSpan.FromSeconds(1);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        lookAgainAt = lookAgainAt.Where(request => request.Value > now).ToDictionary();
        var coming = await database.List<RideRequest>(Coming, new { Until = now + matching.LongestLead, NotYet = lookAgainAt.Keys.ToArray(), BatchSize }, ct);
        foreach (var request in coming)
        {
            if (await TryLater(request, now, ct) is { } at) lookAgainAt[request.RideRequestId] = at;
        }

        return coming.Count == BatchSize;
    }

    /// <summary>Begins or ends what is due; when to look again at what is not.</summary>
    async Task<DateTimeOffset?> TryLater(RideRequest request, DateTimeOffset now, CancellationToken ct)
    {
        var (rules, pickupAt) = (matching.Of(request.CityId), request.PickupAt!.Value);
        if (pickupAt - rules.LongestLead is var earliest && earliest > now) return earliest;

        // Drivers come and go meanwhile: half of the time that is left is a good moment to ask again.
        if (pickupAt - await Lead(request, rules, ct) is var due && due > now) return now + ((due - now) / 2);

        if (await HasBegun(request, rules, now, ct)) return null;
        if (pickupAt > now) return now + Patience;

        await End(request, now, ct);
        return null;
    }

    /// <summary>How long before the pickup the search should begin. Nobody could be found while location does not answer, so nothing is hurried then.</summary>
    async Task<TimeSpan> Lead(RideRequest request, CityRules rules, CancellationToken ct)
    {
        try
        {
            var search = new NearbyRequest(request.Pickup, request.CityId, request.VehicleClass, rules.LastRadiusMetres, DriversLookedAt, [request.PassengerId]);
            var drivers = await location.Nearby(search, ct);
            return rules.LeadFor(drivers.Count < DriversLookedAt ? null : PickupTimes.Seconds(roads, [.. drivers.Select(driver => driver.Position)], request.Pickup).Max());
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            LocationSilent(exception.Message);
            return rules.ShortestLead;
        }
    }

    async Task<bool> HasBegun(RideRequest request, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await TryBegin(request, rules, now, ct);
        }
        catch (PostgresException exception) when (exception.ConstraintName == "ride_requests_one_live_per_passenger")
        {
            // The passenger has asked for another ride in this instant.
            return false;
        }
    }

    async Task<bool> TryBegin(RideRequest request, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        var searchEndsAt = request.PickupAt!.Value + rules.PickupPatience is var patient && patient > now + rules.SearchTime ? patient : now + rules.SearchTime;
        await using var transaction = await database.Begin(ct);
        if (await transaction.Find<long?>(Begin, new { request.RideRequestId, Now = now, SearchEndsAt = searchEndsAt }, ct) is not { } version) return false;

        transaction.Publish(new ScheduledSearchStarted(request.RideRequestId, request.PassengerId, request.PickupAt.Value, searchEndsAt) { OccurredAt = now, Version = version });
        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
        await transaction.Commit(ct);
        return true;
    }

    async Task End(RideRequest request, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        if (await transaction.Find<long?>(EndMissed, new { request.RideRequestId, Now = now }, ct) is not { } version) return;

        transaction.Publish(new RideRequestCancelled(request.RideRequestId, request.PassengerId, request.QuoteId) { OccurredAt = now, Version = version });
        await transaction.Commit(ct);
        metrics.Ended(nameof(RideRequestCancelled));
    }

    [LoggerMessage(LogLevel.Warning, "location does not answer ({Reason}); searches for scheduled rides begin as late as they may")]
    partial void LocationSilent(string reason);
}
