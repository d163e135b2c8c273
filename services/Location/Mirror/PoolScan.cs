using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Mirror;

/// <summary>Reads whole pools, page by page, so that Redis serves others in between. Who comes, goes or moves meanwhile may be read or not.</summary>
static class PoolScan
{
    const int DriversPerPage = 1_000;

    /// <summary>The drivers of one pool.</summary>
    public static async IAsyncEnumerable<FreeDriver> ReadPool(this IDatabase redis, string city, VehicleClass vehicleClass)
    {
        var seen = new Dictionary<string, long>();
        await foreach (var (driver, at) in redis.Scan(PoolKeys.Seen(city, vehicleClass))) seen[driver] = at;
        await foreach (var (driver, place) in redis.Scan(PoolKeys.Positions(city, vehicleClass)))
        {
            if (seen.TryGetValue(driver, out var at)) yield return new FreeDriver(Guid.ParseExact(driver, "N"), (ulong)place, at);
        }
    }

    static async IAsyncEnumerable<(string Member, long Score)> Scan(this IDatabase redis, RedisKey set)
    {
        var next = "0";
        do
        {
            var reply = (RedisResult[])(await redis.ExecuteAsync("ZSCAN", set, next, "COUNT", DriversPerPage).Soon())!;
            next = (string)reply[0]!;
            foreach (var entry in ((RedisValue[])reply[1]!).Chunk(2)) yield return ((string)entry[0]!, (long)(double)entry[1]);
        }
        while (next != "0");
    }
}
