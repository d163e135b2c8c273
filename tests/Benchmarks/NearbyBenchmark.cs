using System.Globalization;
using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.Simulator;

namespace Tumpang.Benchmarks;

/// <summary>
/// The twenty nearest of fifty thousand free drivers, who stand around the recorded start positions, through gateway and location: at two thousand
/// searches a second, and as many as there can be. Beside Redis' own search on the same drivers.
/// </summary>
public sealed class NearbyBenchmark : IBenchmark
{
    const int Drivers = 50_000, Passengers = 640, Callers = 32, PacedCallers = 200, PerSecond = 2_000, RedisCallers = 16, SearchesAtOnce = 16, Chunk = 1_000, Seed = 2013;
    const double BarMilliseconds = 10, SpreadDegrees = 0.004;
    const string Positions = "location:{nyc}:Premium:positions", Seen = "location:{nyc}:Premium:seen";
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public string Name => "nearby";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(ConfigurationOptions.Parse(fleet.Redis));
        var passengers = await Task.WhenAll(Enumerable.Range(0, Passengers).Select(number => new BenchPhone(fleet.City, number, kind: 7).LoggedIn(ct)));
        var starts = await Park(redis.GetDatabase(), fleet.City.Clock.GetUtcNow());
        var next = -1;
        try
        {
            var paced = await Load.Run(PacedCallers, Duration, (_, token) => Search(Next(), starts, token), ct, TimeSpan.FromSeconds((double)PacedCallers / PerSecond));
            var hasty = await Load.Run(Callers, Duration, (_, token) => Search(Next(), starts, token), ct);
            var limit = await Load.Run(RedisCallers, Duration / 2, (_, _) => SearchRedis(redis.GetDatabase(), starts), ct);
            return
            [
                new("nearby.paced.rate", paced.PerSecond, "searches/s", PerSecond, "offered"),
                new("nearby.paced.p50", paced.Percentile(0.5), "ms"),
                new("nearby.paced.p99", paced.Percentile(0.99), "ms", BarMilliseconds, "bar at 2 000/s"),
                new("nearby.paced.failures", paced.Failures, "searches"),
                new("nearby.rate", hasty.PerSecond, "searches/s", limit.PerSecond * SearchesAtOnce, "Redis GEOSEARCH, pipelined"),
                new("nearby.p50", hasty.Percentile(0.5), "ms"),
                new("nearby.p99", hasty.Percentile(0.99), "ms"),
                new("nearby.failures", hasty.Failures, "searches"),
            ];
        }
        finally
        {
            await redis.GetDatabase().KeyDeleteAsync([Positions, Seen]);
        }

        // One after the other, so that nobody meets the limit on what a single user may ask.
        BenchPhone Next() => passengers[(uint)Interlocked.Increment(ref next) % Passengers];
    }

    static async Task<bool> Search(BenchPhone passenger, IReadOnlyList<GeoPoint> starts, CancellationToken ct)
    {
        var around = starts[Random.Shared.Next(starts.Count)];
        var answer = await passenger.Ask(
            HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/v1/drivers/nearby?latitude={around.Latitude:0.#####}&longitude={around.Longitude:0.#####}&vehicleClass=Premium"), null, ct);
        return answer.IsSuccess && answer.Body.GetProperty("drivers").GetArrayLength() > 0;
    }

    static async Task<bool> SearchRedis(IDatabase redis, IReadOnlyList<GeoPoint> starts)
    {
        await Task.WhenAll(Enumerable.Range(0, SearchesAtOnce).Select(_ =>
        {
            var around = starts[Random.Shared.Next(starts.Count)];
            return redis.ExecuteAsync("GEOSEARCH", Positions, "FROMLONLAT", around.Longitude, around.Latitude, "BYRADIUS", 3_000, "m", "ASC", "COUNT", 20, "WITHCOORD", "WITHDIST");
        }));
        return true;
    }

    /// <summary>
    /// Puts the drivers into the pool of a class of which nobody else is online, heard of a little ahead so that none is swept while we measure. Straight into
    /// Redis: how they get there is what ingest measures. Where they were recorded.
    /// </summary>
    static async Task<IReadOnlyList<GeoPoint>> Park(IDatabase redis, DateTimeOffset now)
    {
        var random = new Random(Seed);
        var starts = CityData.DriverStarts(int.MaxValue, random);
        var seen = now.AddMinutes(10).ToUnixTimeMilliseconds();
        foreach (var some in Enumerable.Range(0, Drivers).Chunk(Chunk))
        {
            var drivers = some.Select(number => (Id: Guid.CreateVersion7().ToString("N"), At: Near(starts[number % starts.Count], random))).ToArray();
            await redis.ExecuteAsync("GEOADD", [Positions, .. drivers.SelectMany(driver => new object[] { driver.At.Longitude, driver.At.Latitude, driver.Id })]);
            await redis.SortedSetAddAsync(Seen, [.. drivers.Select(driver => new SortedSetEntry(driver.Id, seen))]);
        }

        return starts;
    }

    static GeoPoint Near(GeoPoint start, Random random) =>
        new(start.Latitude + ((random.NextDouble() - 0.5) * SpreadDegrees), start.Longitude + ((random.NextDouble() - 0.5) * SpreadDegrees));
}
