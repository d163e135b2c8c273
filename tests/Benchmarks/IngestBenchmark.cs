using System.Collections.Concurrent;
using StackExchange.Redis;
using Tumpang.Contracts;

namespace Tumpang.Benchmarks;

/// <summary>
/// Positions by socket through gateway and realtime, from two thousand connected drivers at a phone's pace and from some of them as fast as they
/// can; and by HTTP in batches. A position counts, and can be found, when the fleet has acknowledged it.
/// </summary>
public sealed class IngestBenchmark : IBenchmark
{
    const int Drivers = 2_000;
    const int Hasty = 300;
    const int PointsPerFrame = 10;
    const int BatchCallers = 16;
    const int PointsPerBatch = 100;
    const double BarMilliseconds = 250;
    const double BarBatchedPerSecond = 100_000;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    static readonly TimeSpan FrameEvery = TimeSpan.FromSeconds(1);
    static readonly GeoPoint Start = new(40.7580, -73.9855);

    readonly ConcurrentDictionary<int, DateTimeOffset> latest = new();

    public string Name => "ingest";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var drivers = new BenchPhone[Drivers];
        await Parallel.ForEachAsync(Enumerable.Range(0, Drivers), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ct },
            async (number, token) => drivers[number] = await new BenchPhone(fleet.City, number, kind: 5).OnlineAt(Start, token));
        var paced = await Load.Run(Drivers, Duration, (caller, token) => SendFrame(fleet, drivers[caller], token), ct, FrameEvery);
        var frames = await Load.Run(Hasty, Duration, (caller, token) => SendFrame(fleet, drivers[caller], token), ct);
        // Every batch is of another driver than the last, so that no point is older than one before it.
        var next = -1;
        var batches = await Load.Run(BatchCallers, Duration, (_, token) => SendBatch(fleet, drivers[Interlocked.Increment(ref next) % Drivers], token), ct);
        var redis = await RedisLimit(fleet.Redis, ct);
        const string Limit = "Redis GEOADD, pipelined, one member each";
        return
        [
            new("ingest.paced.rate", paced.PerSecond * PointsPerFrame, "positions/s", redis, Limit),
            new("ingest.paced.p50", paced.Percentile(0.5), "ms"),
            new("ingest.paced.p99", paced.Percentile(0.99), "ms", BarMilliseconds, "bar: frame to searchable, 2 000 drivers"),
            new("ingest.paced.failures", paced.Failures, "frames"),
            new("ingest.rate", frames.PerSecond * PointsPerFrame, "positions/s", redis, Limit),
            new("ingest.frame.p50", frames.Percentile(0.5), "ms"),
            new("ingest.frame.p99", frames.Percentile(0.99), "ms"),
            new("ingest.failures", frames.Failures, "frames"),
            new("ingest.batched.rate", batches.PerSecond * PointsPerBatch, "positions/s", redis, Limit),
            new("ingest.batched.rate-vs-bar", batches.PerSecond * PointsPerBatch, "positions/s", BarBatchedPerSecond, "bar: batches of 100 by HTTP"),
            new("ingest.batched.failures", batches.Failures, "batches"),
        ];
    }

    /// <summary>Sends a frame and waits for its acknowledgement; it counts when every point was taken.</summary>
    async Task<bool> SendFrame(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        var acknowledged = driver.NextAcknowledgement();
        return await driver.Push(new { type = "positions", points = Points(fleet, driver, PointsPerFrame) }, ct)
            && await acknowledged.WaitAsync(TimeSpan.FromSeconds(10), ct) == PointsPerFrame;
    }

    async Task<bool> SendBatch(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        var answer = await driver.Ask(HttpMethod.Post, "/v1/positions", new { points = Points(fleet, driver, PointsPerBatch) }, ct);
        return answer.IsSuccess && answer.Body.GetProperty("accepted").GetInt32() == PointsPerBatch;
    }

    /// <summary>A point a millisecond up to now, each later than all before it.</summary>
    IEnumerable<object> Points(BenchFleet fleet, BenchPhone driver, int count)
    {
        var (now, last) = (fleet.City.Clock.GetUtcNow(), latest.GetValueOrDefault(driver.Number).AddMilliseconds(count));
        now = latest[driver.Number] = now > last ? now : last;
        return Enumerable.Range(0, count).Select(index => new
        {
            Latitude = Start.Latitude + (driver.Number * 1e-6),
            Longitude = Start.Longitude + (index * 1e-7),
            recordedAt = now.AddMilliseconds(index - count + 1),
            accuracyMetres = 8,
        });
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
