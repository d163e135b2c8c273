using StackExchange.Redis;
using Tumpang.Contracts;

namespace Tumpang.Locations;

/// <summary>
/// Every Redis key of location. A city's keys share a hash tag, so that one script may touch them together in a cluster, too.
/// <code>
/// location:{nyc}:driver:7f…          hash   copy of the duty and the last position; TTL: the driver's own silence
/// location:{nyc}:Standard:positions  geo    where the available drivers of a class are
/// location:{nyc}:Standard:seen       zset   when each of them was there, city time in ms; decides who is offered and who is swept
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

    /// <summary>The driver's hash, then positions and seen of every class.</summary>
    public static RedisKey[] DriverAndPools(string city, Guid driverId) =>
        [Driver(city, driverId), .. Classes.SelectMany(vehicleClass => (RedisKey[])[Positions(city, vehicleClass), Seen(city, vehicleClass)])];
}
