using StackExchange.Redis;
using Tumpang.Contracts;

namespace Tumpang.Benchmarks;

/// <summary>Positions by socket through gateway and realtime, from many connected drivers; a position counts when the fleet has acknowledged it.</summary>
public sealed class IngestBenchmark : IBenchmark
{
    const int Drivers = 300;
    const int PointsPerFrame = 10;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    static readonly GeoPoint Start = new(40.7580, -73.9855);

    public string Name => "ingest";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var drivers = new BenchPhone[Drivers];
        await Parallel.ForEachAsync(Enumerable.Range(0, Drivers), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ct },
            async (number, token) => drivers[number] = await new BenchPhone(fleet.City, number, kind: 5).OnlineAt(Start, token));
        var frames = await Load.Run(Drivers, Duration, (caller, token) => SendFrame(fleet, drivers[caller], token), ct);
        var redis = await RedisLimit(fleet.Redis, ct);
        return
        [
            new("ingest.rate", frames.PerSecond * PointsPerFrame, "positions/s", redis, "Redis GEOADD, pipelined, one member each"),
            new("ingest.frame.p50", frames.Percentile(0.5), "ms"),
            new("ingest.frame.p99", frames.Percentile(0.99), "ms"),
            new("ingest.failures", frames.Failures, "frames"),
        ];
    }

    /// <summary>Sends a frame and waits for its acknowledgement, so that nothing counts that was dropped on the way.</summary>
    static async Task<bool> SendFrame(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        var now = fleet.City.Clock.GetUtcNow();
        var points = Enumerable.Range(0, PointsPerFrame).Select(index => new
        {
            Latitude = Start.Latitude + (driver.Number * 1e-6),
            Longitude = Start.Longitude + (index * 1e-6),
            recordedAt = now.AddMilliseconds(index - PointsPerFrame),
            accuracyMetres = 8,
        });
        var acknowledged = driver.NextAcknowledgement();
        return await driver.Push(new { type = "positions", points }, ct) && await acknowledged.WaitAsync(TimeSpan.FromSeconds(10), ct) > 0;
    }

    static async Task<double> RedisLimit(string redis, CancellationToken ct)
    {
        const int Callers = 16;
        const int Batch = 100;
        var options = ConfigurationOptions.Parse(redis);
        using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        var database = connection.GetDatabase();
        var result = await Load.Run(Callers, Duration / 2, async (caller, _) =>
        {
            var adds = Enumerable.Range(0, Batch).Select(index => database.ExecuteAsync("GEOADD", "bench:limit", Start.Longitude, Start.Latitude, $"{caller}-{index}"));
            await Task.WhenAll(adds);
            return true;
        }, ct);
        await database.KeyDeleteAsync("bench:limit");
        return result.PerSecond * Batch;
    }
}
