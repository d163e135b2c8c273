using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>A request that looks for a driver, as a dispatch round sees it.</summary>
/// <param name="AlreadyAsked">Drivers who had their chance with this request, comma-separated ids.</param>
/// <param name="GivenUp">A driver gave the ride up: it stands at the head of the queue.</param>
sealed record WaitingRequest(
    Guid RideRequestId, Guid PassengerId, double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude,
    long QuotedFareMinorUnits, string QuotedFareCurrency, DateTimeOffset RequestedAt, DateTimeOffset SearchEndsAt, DateTimeOffset? PickupAt, string AlreadyAsked,
    string? StopsJson = null, bool GivenUp = false)
{
    public GeoPoint Pickup => new(PickupLatitude, PickupLongitude);

    public GeoPoint DropOff => new(DropOffLatitude, DropOffLongitude);

    /// <summary>Places on the way, in order; null for none.</summary>
    public IReadOnlyList<GeoPoint>? Stops => StopsColumn.Read(StopsJson);

    public Money QuotedFare => new(QuotedFareMinorUnits, QuotedFareCurrency);

    /// <summary>Whom location need not name: the drivers asked before, and the passenger, who may be a driver as well.</summary>
    public IReadOnlyList<Guid> Exclude => [PassengerId, .. DriversAskedBefore];

    /// <summary>Who had their chance with this request.</summary>
    public IEnumerable<Guid> DriversAskedBefore => AlreadyAsked.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Guid.Parse);
}

/// <summary>Reads who waits.</summary>
sealed class WaitingRequests(Database database)
{
    const string Waiting = """
        select r.ride_request_id, r.passenger_id,
               st_y(r.pickup::geometry) as pickup_latitude, st_x(r.pickup::geometry) as pickup_longitude,
               st_y(r.drop_off::geometry) as drop_off_latitude, st_x(r.drop_off::geometry) as drop_off_longitude,
               r.quoted_fare_minor_units, r.quoted_fare_currency, r.requested_at, r.search_ends_at, r.pickup_at,
               array_to_string(array(
                   select o.driver_id from match.offers o
                   where  o.ride_request_id = r.ride_request_id and coalesce(o.withdrawn_because, '') not in ('AnotherDriverAccepted', 'DropOffChanged')
                   and    (o.tip_raises = r.tip_raises or o.status not in ('Declined', 'Expired'))), ',') as already_asked,
               r.stops as stops_json, r.given_up
        from   match.ride_requests r
        where  r.city_id = @CityId and r.vehicle_class = @VehicleClass and r.status = 'Searching' and r.search_ends_at >= @EndsAfter
        and    not exists (select from match.busy_parties busy where busy.user_id = r.passenger_id)
        order  by r.given_up desc, r.requested_at
        limit  @Limit
        """;

    const string Asked = """
        select o.driver_id
        from   match.offers o join match.ride_requests r using (ride_request_id)
        where  o.status = 'Open' and r.city_id = @CityId and r.vehicle_class = @VehicleClass
        """;

    const string WaitingZones = "select distinct city_id, vehicle_class from match.ride_requests where status = 'Searching'";

    /// <summary>The requests at the head of a zone's queue, and then the oldest, that still have time for an offer, and whose passenger has not begun to drive meanwhile.</summary>
    public Task<IReadOnlyList<WaitingRequest>> In(Zone zone, CityRules rules, DateTimeOffset now, CancellationToken ct) => database.List<WaitingRequest>(
        Waiting,
        new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), EndsAfter = now + rules.ShortestOfferTime, Limit = rules.RequestsPerRound },
        ct);

    /// <summary>Drivers of the zone who are thinking about an offer.</summary>
    public Task<IReadOnlyList<Guid>> DriversWithOffers(Zone zone, CancellationToken ct) =>
        database.List<Guid>(Asked, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString() }, ct);

    /// <summary>Every zone in which somebody waits.</summary>
    public async Task<IReadOnlyList<Zone>> Zones(CancellationToken ct) =>
        [.. (await database.List<ZoneRow>(WaitingZones, null, ct)).Select(row => new Zone(row.CityId, row.VehicleClass))];

    sealed record ZoneRow(string CityId, VehicleClass VehicleClass);
}
