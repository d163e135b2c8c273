using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>A driver who will soon be free.</summary>
/// <param name="RideId">The ride that they are about to end.</param>
/// <param name="FreeAt">When, city time; an estimate that may have passed.</param>
sealed record EndingRide(Guid DriverId, Guid RideId, double Latitude, double Longitude, DateTimeOffset FreeAt)
{
    public GeoPoint DropOff => new(Latitude, Longitude);

    /// <summary>The driver as the search for a request names them: at the drop-off, once the ride has ended.</summary>
    public NearbyDriver For(WaitingRequest request, DateTimeOffset now) => new(
        DriverId, DropOff, DropOff.MetresTo(request.Pickup), now, QueueRank: null, RideId, Math.Max(0, (FreeAt - now).TotalSeconds));
}

/// <summary>Reads who will soon be free.</summary>
sealed class EndingRides(Database database)
{
    /// <summary>Of one request and round; the drive to the pickup is reckoned for each.</summary>
    const int MostPerRequest = 10;

    /// <summary>A ride that has not ended so long after its time is stuck somewhere.</summary>
    static readonly TimeSpan Overdue = TimeSpan.FromMinutes(1);

    const string SoonFree = """
        select busy.user_id as driver_id, busy.ride_id, st_y(busy.free_where::geometry) as latitude, st_x(busy.free_where::geometry) as longitude, busy.free_at
        from   match.busy_parties busy
        where  busy.city_id = @CityId and busy.vehicle_class = @VehicleClass and busy.free_at between @Overdue and @Horizon
        and    not exists (select from match.next_rides next where next.driver_id = busy.user_id)
        and    not exists (select from match.offers offer where offer.driver_id = busy.user_id and offer.status = 'Open')
        """;

    /// <summary>Drivers of the zone who end a ride within the horizon, and have neither a next one nor an offer to think about.</summary>
    public async Task<IReadOnlyList<EndingRide>> In(Zone zone, CityRules rules, DateTimeOffset now, CancellationToken ct) =>
        rules.ForwardHorizon == TimeSpan.Zero
            ? []
            : await database.List<EndingRide>(
                SoonFree, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Overdue = now - Overdue, Horizon = now + rules.ForwardHorizon }, ct);

    /// <summary>Those of them who end near a pickup, the nearest first.</summary>
    public static IEnumerable<NearbyDriver> Near(
        WaitingRequest request, IReadOnlyList<EndingRide> ending, IReadOnlyList<NearbyDriver> free, HashSet<Guid> exclude, int radiusMetres, DateTimeOffset now) =>
        ending.Count == 0
            ? []
            : ending.Where(ride => !exclude.Contains(ride.DriverId) && free.All(driver => driver.DriverId != ride.DriverId))
                .Select(ride => ride.For(request, now)).Where(driver => driver.DistanceMetres <= radiusMetres)
                .OrderBy(driver => driver.DistanceMetres).Take(MostPerRequest);
}
