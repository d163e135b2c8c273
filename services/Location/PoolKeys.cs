using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>
/// Every Redis key of location. A city's keys share a hash tag, so that one script may touch them together in a cluster, too.
/// <code>
/// location:{nyc}:driver:7f…          hash   copy of the duty and the last position; TTL: the driver's own silence
/// location:{nyc}:Standard:positions  geo    where the available drivers of a class are
/// location:{nyc}:Standard:seen       zset   when each of them was there, city time in ms; decides who is offered and who is swept
/// location:{nyc}:feed                stream what changed in the pools, for the mirrors in the copies' memory
/// location:{nyc}:feed:tail           string its last entry
/// </code>
/// </summary>
static class PoolKeys
{
    /// <summary>Tag for drivers outside every city: they are in no pool, but on a ride perhaps.</summary>
    public const string Elsewhere = "elsewhere";

    static readonly VehicleClass[] Classes = Enum.GetValues<VehicleClass>();

    public static RedisKey Driver(string city, Guid driverId) => $"location:{{{city}}}:driver:{driverId:N}";

    public static RedisKey Positions(string city, VehicleClass vehicleClass) => $"location:{{{city}}}:{vehicleClass}:positions";

    public static RedisKey Seen(string city, VehicleClass vehicleClass) => $"location:{{{city}}}:{vehicleClass}:seen";

    /// <summary>The feed's last entry, and the feed. The last keys of every script that changes a pool.</summary>
    public static RedisKey[] Feed(string city) => [$"location:{{{city}}}:feed:tail", $"location:{{{city}}}:feed"];

    /// <summary>The driver's hash, then positions and seen of every class, then the feed.</summary>
    public static RedisKey[] DriverAndPools(string city, Guid driverId) =>
        [Driver(city, driverId), .. Classes.SelectMany(vehicleClass => (RedisKey[])[Positions(city, vehicleClass), Seen(city, vehicleClass)]), .. Feed(city)];

    /// <summary>How long a key outlives the last driver who is heard of.</summary>
    public static long LifetimeMilliseconds(CityClock clock, LocationOptions rules) =>
        Math.Max(1_000, (long)clock.ToSystem(rules.OfflineAfter).TotalMilliseconds);
}
