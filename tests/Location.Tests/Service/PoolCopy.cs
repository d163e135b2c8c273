using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.Locations;
using Tumpang.Locations.Mirror;
using Tumpang.ServiceDefaults;

namespace Tumpang.Location.Tests.Service;

/// <summary>
/// The pools of one city as a copy of location has them, in the test's own process and in a city that no other copy knows: the test says when it follows,
/// and what time it is.
/// </summary>
sealed class PoolCopy
{
    public PoolCopy(string cityId, IConnectionMultiplexer redis, TimeProvider system, LocationOptions rules)
    {
        CityId = cityId;
        var cities = new Cities(Settings(cityId));
        var clock = new CityClock(Options.Create(new CityClockOptions()), system);
        (Redis, var metrics) = (redis.GetDatabase(), new LocationMetrics());
        Follower = new(Redis, cities, clock, Options.Create(rules), metrics, NullLogger<PoolMirror>.Instance);
        Mirror = Follower.Of(cityId)!;
        Pool = new(Redis, Follower, cities, clock, metrics, Options.Create(rules));
        (Rules, Clock) = (rules, clock);
    }

    public string CityId { get; }

    public IDatabase Redis { get; }

    public PoolMirror Follower { get; }

    public CityMirror Mirror { get; }

    public PositionPool Pool { get; }

    public LocationOptions Rules { get; }

    public CityClock Clock { get; }

    /// <summary>The answer from memory; null when memory may not be believed.</summary>
    public IReadOnlyList<NearbyDriver>? InMemory(Query query) => Mirror.Find(
        query.Class, new(query.Around, query.RadiusMetres, (Clock.GetUtcNow() - Rules.OfferableFor).ToUnixTimeMilliseconds(), query.Exclude), query.Limit);

    public Task<IReadOnlyList<NearbyDriver>> InRedis(Query query) =>
        Pool.NearbyInRedis(CityId, query.Class, query.Around, query.RadiusMetres, query.Limit, query.Exclude);

    public Task<IReadOnlyList<NearbyDriver>> Nearby(Query query) =>
        Pool.Nearby(CityId, query.Class, query.Around, query.RadiusMetres, query.Limit, query.Exclude);

    /// <summary>A driver is free here, as a heartbeat would say.</summary>
    public async Task Offer(Duty duty, GeoPoint place)
    {
        await Pool.Remember(CityId, duty);
        await Pool.Place([new(CityId, duty, new(place, Clock.GetUtcNow()))]);
    }

    public Duty Free(Guid driverId, VehicleClass vehicleClass = VehicleClass.Standard, long version = 1) =>
        new(driverId, Approved: true, Online: true, CityId, vehicleClass, RideId: null, TrackRideId: null, QueueZoneId: null, version);

    static IConfiguration Settings(string cityId) => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Cities:0:Id"] = cityId,
        ["Cities:0:TimeZone"] = "America/New_York",
        ["Cities:0:South"] = "40.49",
        ["Cities:0:North"] = "40.93",
        ["Cities:0:West"] = "-74.27",
        ["Cities:0:East"] = "-73.68",
    }).Build();
}

/// <summary>A nearby search.</summary>
sealed record Query(VehicleClass Class, GeoPoint Around, double RadiusMetres, int Limit, Guid[] Exclude)
{
    public static Query Of(GeoPoint around) => new(VehicleClass.Standard, around, 3_000, 20, []);
}

/// <summary>A clock that moves when it is told to.</summary>
sealed class StandingClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Now;
}
