using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tumpang.Benchmarks;

/// <summary>What a load saw: how many a second, and how long each took.</summary>
public sealed record LoadResult(double PerSecond, double[] SortedMilliseconds, int Failures)
{
    /// <summary>The latency below which <paramref name="share"/> (0..1) of all calls stayed, milliseconds.</summary>
    public double Percentile(double share) => SortedMilliseconds.Length == 0 ? 0 : SortedMilliseconds[(int)((SortedMilliseconds.Length - 1) * share)];
}

/// <summary>Closed-loop load: so many callers, each with one call in flight, for so long; a warm-up before it does not count.</summary>
public static class Load
{
    static readonly TimeSpan UsualWarmUp = TimeSpan.FromSeconds(3);

    /// <summary>Runs <paramref name="call"/> (caller's number in, success out) from all callers at once.</summary>
    /// <param name="pace">How often each caller calls, spread evenly; without it, as soon as the last call was answered.</param>
    public static Task<LoadResult> Run(
        int callers, TimeSpan duration, Func<int, CancellationToken, Task<bool>> call, CancellationToken ct, TimeSpan? pace = null) =>
        Run(callers, UsualWarmUp, duration, call, ct, pace);

    /// <summary>The same after a longer warm-up, for what crosses so much code that compiling it takes a while.</summary>
    public static async Task<LoadResult> Run(
        int callers, TimeSpan warmUp, TimeSpan duration, Func<int, CancellationToken, Task<bool>> call, CancellationToken ct, TimeSpan? pace = null)
    {
        await Drive(callers, warmUp, call, pace, ct);
        return await Drive(callers, duration, call, pace, ct);
    }

    static async Task<LoadResult> Drive(int callers, TimeSpan duration, Func<int, CancellationToken, Task<bool>> call, TimeSpan? pace, CancellationToken ct)
    {
        var latencies = new ConcurrentBag<List<double>>();
        var failures = 0;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(
            async () =>
            {
                var mine = new List<double>(4_096);
                for (var turn = 0; Stopwatch.GetElapsedTime(started) < duration; turn++)
                {
                    await TurnOf(caller, callers, turn, pace, started, ct);
                    var begun = Stopwatch.GetTimestamp();
                    if (await call(caller, ct)) mine.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                    else Interlocked.Increment(ref failures);
                }

                latencies.Add(mine);
            },
            ct)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var all = latencies.SelectMany(list => list).Order().ToArray();
        return new(all.Length / seconds, all, failures);
    }

    static async Task TurnOf(int caller, int callers, int turn, TimeSpan? pace, long started, CancellationToken ct)
    {
        if (pace is { } every && (every * (turn + ((double)caller / callers))) - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait, ct);
        }
    }
}
