using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>An offer that a round wants to make.</summary>
sealed record PlannedOffer(Guid OfferId, WaitingRequest Request, Candidate Candidate, DateTimeOffset ExpiresAt);

/// <summary>
/// Writes the offers of a round, all in one transaction and one round trip. What changed since the round looked is left out by the
/// statements themselves: a request that no longer searches, a driver who got another offer or a ride.
/// </summary>
sealed class MakeOffers(Database database)
{
    // Drivers in order, so that two rounds that meet wait for each other instead of blocking each other.
    // The second statement sees what the first one had to wait for: a driver whose open offer just became a ride.
    const string Make = """
        with searching as (
            select ride_request_id, passenger_id, tip_raises
            from   match.ride_requests
            where  ride_request_id = any(@RideRequestIds) and status = 'Searching'
            and    exists (select from match.zone_leases where city_id = @CityId and vehicle_class = @VehicleClass and fencing_token = @Token)
            for    update skip locked)
        insert into match.offers (offer_id, ride_request_id, passenger_id, driver_id, driver_position, pickup_distance_metres, broadcast, made_at, expires_at, tip_raises, after_ride_id)
        select planned.offer_id, planned.ride_request_id, searching.passenger_id, planned.driver_id, platform.point(planned.latitude, planned.longitude),
               planned.distance_metres, @Broadcast, @Now, planned.expires_at, searching.tip_raises, planned.after_ride_id
        from   unnest(@OfferIds, @RideRequestIds, @DriverIds, @Latitudes, @Longitudes, @DistancesMetres, @Expiries, @AfterRideIds)
               as planned (offer_id, ride_request_id, driver_id, latitude, longitude, distance_metres, expires_at, after_ride_id)
        join   searching using (ride_request_id)
        order  by planned.driver_id
        on conflict do nothing;

        delete from match.offers offer
        where  offer.offer_id = any(@OfferIds)
        and    (exists (select from match.busy_parties busy where busy.user_id = offer.driver_id and busy.ride_id is distinct from offer.after_ride_id)
                or exists (select from match.next_rides next where next.driver_id = offer.driver_id));

        with offered as (
            update match.ride_requests r
            set    status = 'Offered', version = r.version + made.offers, updated_at = @Now
            from   (select ride_request_id, count(*) as offers from match.offers where offer_id = any(@OfferIds) group by ride_request_id) made
            where  r.ride_request_id = made.ride_request_id
            returning r.ride_request_id, r.version, r.tip_minor_units)
        select offer_id, version - row_number() over (partition by ride_request_id order by offer_id desc) + 1 as version, tip_minor_units
        from   match.offers join offered using (ride_request_id)
        where  offer_id = any(@OfferIds);
        """;

    /// <summary>Makes what can still be made, and says which offers those were.</summary>
    public async Task<IReadOnlyList<PlannedOffer>> From(
        IReadOnlyList<PlannedOffer> planned, Zone zone, long token, CityRules rules, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        var made = await transaction.List<MadeOffer>(Make, Parameters(planned, zone, token, rules, now), ct);
        var byId = planned.ToDictionary(offer => offer.OfferId);
        foreach (var (offerId, version, tip) in made)
        {
            transaction.Publish(Event(byId[offerId], tip, now, version));
        }

        await transaction.Commit(ct);
        return [.. made.Select(offer => byId[offer.OfferId])];
    }

    static object Parameters(IReadOnlyList<PlannedOffer> planned, Zone zone, long token, CityRules rules, DateTimeOffset now) => new
    {
        OfferIds = planned.Select(offer => offer.OfferId).ToArray(),
        RideRequestIds = planned.Select(offer => offer.Request.RideRequestId).ToArray(),
        DriverIds = planned.Select(offer => offer.Candidate.DriverId).ToArray(),
        Latitudes = planned.Select(offer => offer.Candidate.DriverPosition.Latitude).ToArray(),
        Longitudes = planned.Select(offer => offer.Candidate.DriverPosition.Longitude).ToArray(),
        DistancesMetres = planned.Select(offer => offer.Candidate.DistanceMetres).ToArray(),
        AfterRideIds = planned.Select(offer => offer.Candidate.AfterRideId).ToArray(),
        Expiries = planned.Select(offer => offer.ExpiresAt).ToArray(),
        zone.CityId,
        VehicleClass = zone.VehicleClass.ToString(),
        Token = token,
        Broadcast = rules.Mode is DispatchMode.Broadcast,
        Now = now,
    };

    static OfferMade Event(PlannedOffer offer, long tip, DateTimeOffset now, long version) =>
        new(offer.OfferId, offer.Request.RideRequestId, offer.Request.PassengerId, offer.Candidate.DriverId, offer.Request.Pickup, offer.Request.DropOff,
            offer.Candidate.DistanceMetres, offer.Request.QuotedFare, offer.ExpiresAt, offer.Request.PickupAt,
            tip == 0 ? null : offer.Request.QuotedFare with { MinorUnits = tip }, offer.Candidate.AfterRideId,
            offer.Request.Stops)
        {
            OccurredAt = now,
            Version = version,
        };

    sealed record MadeOffer(Guid OfferId, long Version, long TipMinorUnits);
}
