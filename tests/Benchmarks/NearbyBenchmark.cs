using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.Locations;
using Tumpang.Locations.Mirror;
using Tumpang.ServiceDefaults;
using Tumpang.Simulator;
using City = Tumpang.ServiceDefaults.City;

namespace Tumpang.Benchmarks;

/// <summary>
/// The twenty nearest of fifty thousand free drivers, who stand around the recorded start positions: in the memory of a process, and through gateway and
/// location at two thousand searches a second and as many as there can be. Beside Redis' own search on the same drivers. And how soon a position that one
/// copy was told is in the memory of another.
/// </summary>
public sealed class NearbyBenchmark : IBenchmark
{
    const int Drivers = 50_000, Passengers = 640, Callers = 32, PacedCallers = 200, PerSecond = 2_000;
    const int RedisCallers = 16, SearchesAtOnce = 16, Chunk = 1_000, Seed = 2013;
    const int Wanted = 20, MovesPerSecond = 12_500, Steps = 300;
    const double BarMilliseconds = 10, BarPerSecond = 50_000, BarSearchableMilliseconds = 250, SpreadDegrees = 0.004, RadiusMetres = 3_000;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(8), Pace = TimeSpan.FromMilliseconds(53);
    static readonly City City = new Cities(new ConfigurationBuilder().Build()).Find("nyc")!;
    static readonly RedisKey Positions = PoolKeys.Positions(City.Id, VehicleClass.Premium), Seen = PoolKeys.Seen(City.Id, VehicleClass.Premium);

    public string Name => "nearby";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(ConfigurationOptions.Parse(fleet.Redis));
        var passengers = await Task.WhenAll(Enumerable.Range(0, Passengers).Select(number => new BenchPhone(fleet.City, number, kind: 7).LoggedIn(ct)));
        var (starts, drivers) = await Park(redis.GetDatabase(), fleet.City.Clock.GetUtcNow());
        var next = -1;
        try
        {
            var index = Index(drivers);
            var (alone, together, moving) = (InMemory(index, starts, 1, ct), InMemory(index, starts, 2, ct), InMemory(index, starts, 2, ct, drivers));
            var searchable = await Searchable(fleet, redis, ct);
            var pace = TimeSpan.FromSeconds((double)PacedCallers / PerSecond);
            var asked = await SearchesByRedis(redis.GetDatabase());
            var paced = await Load.Run(PacedCallers, Duration, (_, token) => Search(Next(), starts, token), ct, pace);
            asked = await SearchesByRedis(redis.GetDatabase()) - asked;
            var hasty = await Load.Run(Callers, Duration, (_, token) => Search(Next(), starts, token), ct);
            var limit = await Load.Run(RedisCallers, Duration / 2, (_, _) => SearchRedis(redis.GetDatabase(), starts), ct);
            return
            [
                new("nearby.memory.one-thread", alone.PerSecond, "searches/s", BarPerSecond, "bar, on two cores"),
                new("nearby.memory.two-threads", together.PerSecond, "searches/s", BarPerSecond, "bar"),
                new("nearby.memory.two-threads.moving", moving.PerSecond, "searches/s", BarPerSecond, "bar; while 12 500 drivers/s move"),
                new("nearby.memory.two-threads-vs-redis", together.PerSecond, "searches/s", limit.PerSecond * SearchesAtOnce, "Redis GEOSEARCH, pipelined"),
                new("nearby.memory.allocated", alone.BytesPerSearch, "B/search"),
                new("nearby.searchable.p50", searchable.Percentile(0.5), "ms"),
                new("nearby.searchable.p99", searchable.Percentile(0.99), "ms", BarSearchableMilliseconds, "bar: sent to one copy until known to another"),
                new("nearby.paced.rate", paced.PerSecond, "searches/s", PerSecond, "offered"),
                new("nearby.paced.p50", paced.Percentile(0.5), "ms"),
                new("nearby.paced.p99", paced.Percentile(0.99), "ms", BarMilliseconds, "bar at 2 000/s"),
                new("nearby.paced.by-redis", asked, "calls", paced.SortedMilliseconds.Length, "all searches; those while memory may have been behind"),
                new("nearby.paced.failures", paced.Failures, "searches"),
                new("nearby.rate", hasty.PerSecond, "searches/s", limit.PerSecond * SearchesAtOnce, "Redis GEOSEARCH, pipelined"),
                new("nearby.p50", hasty.Percentile(0.5), "ms"),
                new("nearby.p99", hasty.Percentile(0.99), "ms"),
                new("nearby.failures", hasty.Failures, "searches"),
            ];
        }
        finally
        {
            await redis.GetDatabase().KeyDeleteAsync([Positions, Seen, .. PoolKeys.Feed(City.Id)]);
        }

        // One after the other, so that nobody meets the limit on what a single user may ask.
        BenchPhone Next() => passengers[(uint)Interlocked.Increment(ref next) % Passengers];
    }

    static async Task<bool> Search(BenchPhone passenger, IReadOnlyList<GeoPoint> starts, CancellationToken ct)
    {
        var around = starts[Random.Shared.Next(starts.Count)];
        var place = string.Create(CultureInfo.InvariantCulture, $"latitude={around.Latitude:0.#####}&longitude={around.Longitude:0.#####}");
        var answer = await passenger.Ask(HttpMethod.Get, $"/v1/drivers/nearby?{place}&vehicleClass=Premium", null, ct);
        return answer.IsSuccess && answer.Body.GetProperty("drivers").GetArrayLength() > 0;
    }

    static async Task<bool> SearchRedis(IDatabase redis, IReadOnlyList<GeoPoint> starts)
    {
        await Task.WhenAll(Enumerable.Range(0, SearchesAtOnce).Select(_ =>
        {
            var around = starts[Random.Shared.Next(starts.Count)];
            return redis.ExecuteAsync(
                "GEOSEARCH", Positions, "FROMLONLAT", around.Longitude, around.Latitude, "BYRADIUS", RadiusMetres, "m", "ASC", "COUNT", Wanted, "WITHCOORD", "WITHDIST");
        }));
        return true;
    }

    /// <summary>How often Redis has run GEOSEARCH since it started, within scripts too.</summary>
    static async Task<long> SearchesByRedis(IDatabase redis)
    {
        var statistics = (string)(await redis.ExecuteAsync("INFO", "commandstats"))!;
        var line = statistics.Split('\n').FirstOrDefault(each => each.StartsWith("cmdstat_geosearch:calls=", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split('=', ',')[1], CultureInfo.InvariantCulture);
    }

    static DriverIndex Index(IEnumerable<FreeDriver> drivers)
    {
        var index = new DriverIndex(new Grid(City.SouthWest, City.NorthEast));
        foreach (var driver in drivers) index.Put(driver);
        return index;
    }

    /// <summary>Searches by so many threads; while drivers move, each to where another one started, when there are any.</summary>
    static (double PerSecond, double BytesPerSearch) InMemory(
        DriverIndex index, IReadOnlyList<GeoPoint> starts, int threads, CancellationToken ct, IReadOnlyList<FreeDriver>? moving = null)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var mover = moving is null ? null : Started(() => Move(index, moving, end.Token));
        SearchFor(index, starts, Duration / 8, out _);
        var (searches, bytes, begun) = (0L, 0L, Stopwatch.GetTimestamp());
        var all = Enumerable.Range(0, threads).Select(_ => Started(() =>
        {
            Interlocked.Add(ref searches, SearchFor(index, starts, Duration / 2, out var allocated));
            Interlocked.Add(ref bytes, allocated);
        })).ToList();
        all.ForEach(thread => thread.Join());
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        end.Cancel();
        mover?.Join();
        return (searches / seconds, (double)bytes / searches);
    }

    static Thread Started(ThreadStart work)
    {
        var thread = new Thread(work);
        thread.Start();
        return thread;
    }

    static long SearchFor(DriverIndex index, IReadOnlyList<GeoPoint> starts, TimeSpan duration, out long allocated)
    {
        var (random, hits, count, begun, before) = (new Random(Seed), new Hit[Wanted], 0L, Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        for (; Stopwatch.GetElapsedTime(begun) < duration; count++) index.Find(new(starts[random.Next(starts.Count)], RadiusMetres, 0, []), hits);
        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return count;
    }

    static void Move(DriverIndex index, IReadOnlyList<FreeDriver> drivers, CancellationToken end)
    {
        var (random, begun) = (new Random(Seed), Stopwatch.GetTimestamp());
        for (var moved = 0; !end.IsCancellationRequested; moved++)
        {
            while (moved > Stopwatch.GetElapsedTime(begun).TotalSeconds * MovesPerSecond) Thread.Sleep(1);
            var (driver, other) = (drivers[moved % drivers.Count], drivers[random.Next(drivers.Count)]);
            index.Put(new(driver.Id, other.Hash, other.AtMilliseconds));
        }
    }

    /// <summary>
    /// A driver's phone tells the fleet where it is, step by step; this process follows Redis as one more copy of location, and looks until it knows.
    /// </summary>
    static async Task<LoadResult> Searchable(BenchFleet fleet, IConnectionMultiplexer redis, CancellationToken ct)
    {
        var place = new GeoPoint(40.58, -74.15);
        var driver = await new BenchPhone(fleet.City, 0, kind: 0).OnlineAt(place, ct);
        var clock = new CityClock(Options.Create(new CityClockOptions()), TimeProvider.System);
        using var copy = new PoolMirror(
            redis.GetDatabase(), new(new ConfigurationBuilder().Build()), clock, Options.Create(new LocationOptions()), new(), NullLogger<PoolMirror>.Instance);
        await copy.StartAsync(ct);
        var mirror = copy.Of(City.Id)!;
        var step = 0;
        // One at a time: a step is the next one's past.
        var result = await Load.Run(1, Steps * Pace, async (_, token) =>
        {
            var at = place with { Latitude = place.Latitude + (++step * 2e-5) };
            var point = new { at.Latitude, at.Longitude, recordedAt = fleet.City.Clock.GetUtcNow(), accuracyMetres = 5 };
            var answer = await driver.Ask(HttpMethod.Post, "/v1/positions", new { points = new[] { point } }, token);
            while (answer.IsSuccess && !(mirror.Find(VehicleClass.Standard, new(at, 1, 0, []), 1) is { Count: 1 })) await Task.Delay(1, token);
            return answer.IsSuccess;
        }, ct, Pace);
        await copy.StopAsync(ct);
        return result;
    }

    /// <summary>
    /// Puts the drivers into the pool of a class of which nobody else is online, heard of a little ahead so that none is swept while we measure. Straight into
    /// Redis, and the feed begins anew: how they get there is what ingest measures. Where they were recorded.
    /// </summary>
    static async Task<(IReadOnlyList<GeoPoint> Starts, IReadOnlyList<FreeDriver> Drivers)> Park(IDatabase redis, DateTimeOffset now)
    {
        var random = new Random(Seed);
        var starts = CityData.DriverStarts(int.MaxValue, random);
        var seen = now.AddMinutes(10).ToUnixTimeMilliseconds();
        var places = Enumerable.Range(0, Drivers).Select(number => Near(starts[number % starts.Count], random));
        var drivers = places.Select(place => new FreeDriver(Guid.CreateVersion7(), RedisGeo.Hash(place), seen)).ToList();
        foreach (var some in drivers.Chunk(Chunk))
        {
            await redis.SortedSetAddAsync(Positions, [.. some.Select(driver => new SortedSetEntry(driver.Id.ToString("N"), driver.Hash))]);
            await redis.SortedSetAddAsync(Seen, [.. some.Select(driver => new SortedSetEntry(driver.Id.ToString("N"), seen))]);
        }

        await redis.KeyDeleteAsync(PoolKeys.Feed(City.Id));
        return (starts, drivers);
    }

    static GeoPoint Near(GeoPoint start, Random random) =>
        new(start.Latitude + ((random.NextDouble() - 0.5) * SpreadDegrees), start.Longitude + ((random.NextDouble() - 0.5) * SpreadDegrees));
}
