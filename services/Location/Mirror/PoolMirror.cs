using System.Diagnostics;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Mirror;

/// <summary>The free drivers of every city in the memory of this process, which follows Redis, as that of every other copy does.</summary>
sealed partial class PoolMirror(
    IDatabase redis, Cities cities, CityClock clock, IOptions<LocationOptions> options, LocationMetrics metrics, ILogger<PoolMirror> logger) : BackgroundService
{
    /// <summary>A city in which nobody searched for so long is followed at leisure; its next search asks Redis.</summary>
    static readonly TimeSpan WantedFor = TimeSpan.FromSeconds(10);

    static readonly TimeSpan AtLeisure = TimeSpan.FromMilliseconds(500);

    readonly LocationOptions rules = options.Value;
    readonly CityMirror[] mirrors = [.. cities.All.Select(city => new CityMirror(city, redis, clock, options.Value, metrics))];

    /// <summary>The mirror of a city; null for what is no city of ours.</summary>
    public CityMirror? Of(string cityId) => Array.Find(mirrors, mirror => mirror.CityId == cityId);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        rules.MirrorBelievedFor > TimeSpan.Zero ? Task.WhenAll(mirrors.Select(mirror => Keep(mirror, stoppingToken))) : Task.CompletedTask;

    async Task Keep(CityMirror mirror, CancellationToken ct)
    {
        var (comparedAt, followed) = (Stopwatch.GetTimestamp(), true);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await mirror.Follow();
                if (Stopwatch.GetElapsedTime(comparedAt) > rules.MirrorComparedEvery)
                {
                    if (await mirror.Compare() is > 0 and var differences) Differs(mirror.CityId, differences);
                    comparedAt = Stopwatch.GetTimestamp();
                }

                followed = true;
            }
            catch (Exception exception) when (!ct.IsCancellationRequested)
            {
                if (followed) NotFollowed(mirror.CityId, exception.Message);
                followed = false;
            }

            var pause = followed && Stopwatch.GetElapsedTime(mirror.AskedAt) < WantedFor ? rules.MirrorFollowsEvery : AtLeisure;
            await Task.Delay(pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The drivers of {City} in memory do not follow Redis now, which searches ask instead: {Reason}")]
    partial void NotFollowed(string city, string reason);

    [LoggerMessage(LogLevel.Warning, "{Differences} drivers of {City} in memory were not as in Redis; all were read anew")]
    partial void Differs(string city, int differences);
}
