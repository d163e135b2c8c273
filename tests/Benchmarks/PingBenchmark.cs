using Tumpang.Contracts;

namespace Tumpang.Benchmarks;

/// <summary>One position per request, 64 connections, through the gateway with authentication: the peers' own test.</summary>
public sealed class PingBenchmark : IBenchmark
{
    const int Connections = 64;
    const double BestPeerPerSecond = 3_564;
    const double BestPeerP99Milliseconds = 32.8;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);
    static readonly GeoPoint Start = new(40.7580, -73.9855);

    public string Name => "ping";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var drivers = await Task.WhenAll(Enumerable.Range(0, Connections).Select(number => new BenchPhone(fleet.City, number, kind: 1).OnlineAt(Start, ct)));
        var pings = await Load.Run(Connections, Duration, async (caller, token) => await Ping(fleet, drivers[caller], token), ct);
        var bare = await Load.Run(Connections, Duration / 2, async (caller, token) => (await drivers[caller].Ask(HttpMethod.Get, "/alive", null, token)).IsSuccess, ct);
        return
        [
            new("ping.rate", pings.PerSecond, "positions/s", bare.PerSecond, "gateway answering /alive to the same clients"),
            new("ping.rate-vs-peer", pings.PerSecond, "positions/s", BestPeerPerSecond, "best open peer"),
            new("ping.p50", pings.Percentile(0.5), "ms"),
            new("ping.p99", pings.Percentile(0.99), "ms", BestPeerP99Milliseconds, "best open peer"),
            new("ping.failures", pings.Failures, "requests"),
        ];
    }

    static async Task<bool> Ping(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        var jitter = Random.Shared.NextDouble() / 1_000;
        var point = new { Latitude = Start.Latitude + jitter, Longitude = Start.Longitude + jitter, recordedAt = fleet.City.Clock.GetUtcNow(), accuracyMetres = 8 };
        return (await driver.Ask(HttpMethod.Post, "/v1/positions", new { points = new[] { point } }, ct)).IsSuccess;
    }
}
