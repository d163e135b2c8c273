using System.Globalization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.Locations.Mirror;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>A driver as Redis knows them: the copy of their duty, null when there is none to believe, and their last position.</summary>
/// <param name="OutsidePings">How often in a row the driver was heard of outside the queue's zone.</param>
readonly record struct KnownDriver(Duty? Duty, Fix? Last, int OutsidePings);

/// <summary>A position to be stored; in the pool too when the duty allows.</summary>
readonly record struct Placement(string City, Duty Duty, Fix Fix);

/// <summary>A driver near a place.</summary>
/// <param name="SeenAt">When the driver was there, city time.</param>
/// <param name="QueueRank">The place in the queue of the airport or station, from 1; null for those who are not in it.</param>
sealed record NearbyDriver(Guid DriverId, GeoPoint Position, int DistanceMetres, DateTimeOffset SeenAt, int? QueueRank = null)
{
    public static NearbyDriver Of(Guid driverId, Fix seen, GeoPoint from) =>
        new(driverId, seen.Position, (int)Math.Round(seen.Position.MetresTo(from)), seen.At);
}

/// <summary>
/// The drivers who can be offered a ride now, in Redis. All of it may be lost at any moment: the next position of each driver brings
/// that driver back. Each driver expires alone, by their own silence, whoever else is beating.
/// </summary>
sealed class PositionPool(IDatabase redis, PoolMirror mirror, Cities cities, CityClock clock, LocationMetrics metrics, IOptions<LocationOptions> options)
{
    /// <summary>Bounds how long one script keeps Redis from others: about a millisecond.</summary>
    const int DriversPerScript = 100;

    /// <summary>Longer than a commit takes; after it an interrupted change no longer keeps the driver out. System time.</summary>
    static readonly TimeSpan Hold = TimeSpan.FromSeconds(3);

    static readonly RedisValue[] Fields = ["version", "city", "class", "online", "ride", "track", "until", "at", "latitude", "longitude", "queue", "outside"];

    readonly LocationOptions rules = options.Value;

    /// <summary>What is known of these drivers, in their order; one round trip for all.</summary>
    public Task<KnownDriver[]> Read(IEnumerable<(string City, Guid DriverId)> drivers) =>
        Task.WhenAll(drivers.Select(driver => ReadOne(driver.City, driver.DriverId))).Soon();

    /// <summary>Copies a duty. A driver who is not available in this city leaves its pools.</summary>
    public Task Remember(string city, Duty duty) => redis.Run(
        PoolScripts.Remember,
        PoolKeys.DriverAndPools(city, duty.DriverId),
        [
            Member(duty.DriverId), duty.Version, duty.CityId ?? "", duty.VehicleClass?.ToString() ?? "", duty.Online, Text(duty.RideId), Text(duty.TrackRideId),
            SystemMilliseconds() + Milliseconds(clock.ToSystem(rules.DutyBelievedFor)), Lifetime(),
            duty.IsAvailable && duty.CityId == city ? (int)duty.VehicleClass!.Value + 1 : 0, Text(duty.QueueZoneId), SystemMilliseconds(),
        ]);

    /// <summary>Takes a driver out before the change that makes them unavailable commits; <paramref name="coming"/> is the duty after it.</summary>
    public Task Withdraw(string city, Duty coming) => redis.Run(
        PoolScripts.Withdraw,
        PoolKeys.DriverAndPools(city, coming.DriverId),
        [Member(coming.DriverId), coming.Version, SystemMilliseconds() + Milliseconds(Hold), Lifetime()]);

    /// <summary>Stores positions, in as few scripts as bounded length allows, all in one round trip.</summary>
    public Task Place(IReadOnlyCollection<Placement> placements) => Task.WhenAll(
        placements.GroupBy(placement => placement.City).SelectMany(city => city.Chunk(DriversPerScript)).Select(PlaceChunk)).Soon();

    /// <summary>Counts that a driver in a queue was heard of outside its zone once more; how often in a row.</summary>
    public async Task<int> CountOutsidePing(string city, Guid driverId) =>
        (int)await redis.Run(PoolScripts.CountOutsidePing, [PoolKeys.Driver(city, driverId)], []);

    /// <summary>The driver is back in the zone.</summary>
    public Task ForgetOutsidePings(string city, Guid driverId) => redis.HashDeleteAsync(PoolKeys.Driver(city, driverId), "outside").Soon();

    /// <summary>The nearest available drivers who were heard of lately, nearest first: from memory, or from Redis while memory may be behind.</summary>
    public async Task<IReadOnlyList<NearbyDriver>> Nearby(
        string city, VehicleClass vehicleClass, GeoPoint around, double radiusMetres, int limit, IReadOnlyCollection<Guid> exclude)
    {
        var found = mirror.Of(city)?.Find(vehicleClass, new(around, radiusMetres, OldestOffered(), [.. exclude]), limit);
        metrics.CountSearch(inMemory: found is not null);
        return found ?? await NearbyInRedis(city, vehicleClass, around, radiusMetres, limit, exclude);
    }

    /// <summary>The same, by Redis: what the mirror must answer, too.</summary>
    public async Task<IReadOnlyList<NearbyDriver>> NearbyInRedis(
        string city, VehicleClass vehicleClass, GeoPoint around, double radiusMetres, int limit, IReadOnlyCollection<Guid> exclude)
    {
        var found = (RedisValue[])(await redis.Run(
            PoolScripts.Nearby,
            [PoolKeys.Positions(city, vehicleClass), PoolKeys.Seen(city, vehicleClass)],
            [around.Longitude, around.Latitude, radiusMetres, limit, OldestOffered(), .. exclude.Select(Member)]))!;
        return [.. found.Chunk(5).Select(hit => new NearbyDriver(
            Guid.Parse((string)hit[0]!), new GeoPoint((double)hit[2], (double)hit[3]), (int)Math.Round((double)hit[1]), Instant((long)(double)hit[4])))];
    }

    /// <summary>Where the available drivers are who were heard of lately, all of them.</summary>
    public async Task<IReadOnlyList<GeoPoint>> All(string city, VehicleClass vehicleClass)
    {
        var (oldest, places) = (OldestOffered(), new List<GeoPoint>());
        await foreach (var driver in redis.ReadPool(city, vehicleClass))
        {
            if (driver.AtMilliseconds >= oldest) places.Add(driver.Position);
        }

        return places;
    }

    /// <summary>Removes drivers who have been silent for too long; true when there may be more.</summary>
    public async Task<bool> Sweep(string city, VehicleClass vehicleClass, int atMost)
    {
        var removed = await redis.Run(
            PoolScripts.Sweep,
            [PoolKeys.Positions(city, vehicleClass), PoolKeys.Seen(city, vehicleClass), .. PoolKeys.Feed(city)],
            [OldestOffered(), atMost, (int)vehicleClass, Lifetime()]);
        return (int)removed == atMost;
    }

    /// <summary>Where a driver was last, in whichever city; null when Redis does not know.</summary>
    public async Task<Fix?> LastKnown(Guid driverId)
    {
        var known = await Read(cities.All.Select(city => (city.Id, driverId)).Append((PoolKeys.Elsewhere, driverId)));
        return known.Select(driver => driver.Last).Max(Comparer<Fix?>.Create((one, other) => Nullable.Compare(one?.At, other?.At)));
    }

    static RedisValue Member(Guid driverId) => driverId.ToString("N");

    static RedisValue Text(Guid? id) => id?.ToString("N") ?? "";

    static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    static long SystemMilliseconds() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    static DateTimeOffset Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    static Guid? Id(RedisValue value) => Guid.TryParse((string?)value, out var id) ? id : null;

    static Duty ReadDuty(Guid driverId, RedisValue[] fields) => new(
        driverId, Approved: true, Online: (bool)fields[3], CityId: fields[1].IsNullOrEmpty ? null : (string)fields[1]!,
        VehicleClass: Enum.TryParse<VehicleClass>(fields[2], out var vehicleClass) ? vehicleClass : null,
        RideId: Id(fields[4]), TrackRideId: Id(fields[5]), QueueZoneId: Id(fields[10]), Version: (long)fields[0]);

    async Task<KnownDriver> ReadOne(string city, Guid driverId)
    {
        var fields = await redis.HashGetAsync(PoolKeys.Driver(city, driverId), Fields);
        var believed = !fields[0].IsNull && (long)fields[6] > SystemMilliseconds();
        Fix? last = fields[7].IsNull ? null : new Fix(new GeoPoint((double)fields[8], (double)fields[9]), Instant((long)fields[7]));
        return new KnownDriver(believed ? ReadDuty(driverId, fields) : null, last, (int?)fields[11] ?? 0);
    }

    Task PlaceChunk(Placement[] placements)
    {
        var keys = new List<RedisKey>(2 + (3 * placements.Length));
        var values = new List<RedisValue>(2 + (7 * placements.Length)) { SystemMilliseconds(), Lifetime() };
        foreach (var (city, duty, fix) in placements)
        {
            var vehicleClass = duty.VehicleClass ?? default;
            keys.AddRange([PoolKeys.Driver(city, duty.DriverId), PoolKeys.Positions(city, vehicleClass), PoolKeys.Seen(city, vehicleClass)]);
            values.AddRange([
                Member(duty.DriverId), duty.Version, fix.At.ToUnixTimeMilliseconds(), Degrees(fix.Position.Latitude), Degrees(fix.Position.Longitude),
                duty.IsAvailable && duty.CityId == city, PoolChange.Here(vehicleClass, duty.DriverId, fix)]);
        }

        keys.AddRange(PoolKeys.Feed(placements[0].City));
        return redis.Run(PoolScripts.Place, [.. keys], [.. values]);
    }

    static RedisValue Degrees(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    long OldestOffered() => (clock.GetUtcNow() - rules.OfferableFor).ToUnixTimeMilliseconds();

    long Lifetime() => PoolKeys.LifetimeMilliseconds(clock, rules);
}
