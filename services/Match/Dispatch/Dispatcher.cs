using System.Collections.Concurrent;
using System.Diagnostics;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>
/// Decides when a zone is dispatched; what a round does is <see cref="DispatchRound"/>'s. A wake-up starts a round at once when the
/// zone is idle; requests that come during a window are served together at its end. A copy keeps the zone while somebody waits in it,
/// and sees the requests that came through others at the end of the window. A poll stands behind the wake-ups.
/// </summary>
sealed partial class Dispatcher(
    WaitingRequests waiting, ZoneLease lease, DispatchRound round, MatchingRules matching, IHostApplicationLifetime lifetime, ILogger<Dispatcher> logger)
    : BackgroundService
{
    /// <summary>How long a request may lie unnoticed by this copy, and how often unserved ones are tried again.</summary>
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>How often whoever holds a zone asks for more, in ticks of the stopwatch: one second.</summary>
    static readonly long RenewEvery = Stopwatch.Frequency;

    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    static readonly ActivitySource Activities = new("Tumpang.Match");

    readonly ConcurrentDictionary<Zone, Lazy<SemaphoreSlim>> signals = new();

    /// <summary>Somebody in this zone waits for a driver.</summary>
    public void Wake(Zone zone)
    {
        var signal = signals.GetOrAdd(zone, added => new(() => Start(added))).Value;
        try
        {
            if (signal.CurrentCount == 0)
            {
                signal.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it between the look and the release.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Poll);
        do
        {
            await WakeWaitingZones(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task WakeWaitingZones(CancellationToken ct)
    {
        try
        {
            foreach (var zone in await waiting.Zones(ct))
            {
                Wake(zone);
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            PollFailed(exception);
            await Task.Delay(PauseAfterFailure, ct);
        }
    }

    SemaphoreSlim Start(Zone zone)
    {
        var signal = new SemaphoreSlim(0, 1);
        // A loop of its own: what it does is not part of the call that happened to wake it first.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => Serve(zone, signal, lifetime.ApplicationStopping));
        }

        return signal;
    }

    async Task Serve(Zone zone, SemaphoreSlim signal, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await signal.WaitAsync(ct);
                await Dispatch(zone, ct);
            }
            catch (Exception exception) when (!ct.IsCancellationRequested)
            {
                RoundFailed(zone.CityId, zone.VehicleClass.ToString(), exception);
                await Task.Delay(PauseAfterFailure, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Rounds until nobody waits, or none when another copy is at it: what we were woken for is then its to see.</summary>
    async Task Dispatch(Zone zone, CancellationToken ct)
    {
        const int Tries = 3;
        var rules = matching.Of(zone.CityId);
        for (var tries = 0; tries < Tries; tries++)
        {
            if (await lease.Take(zone, rules.DispatchWindow, ct) is { } token)
            {
                await Hold(zone, token, rules, ct);
                return;
            }

            await Task.Delay(rules.QuietWindow, ct);
        }
    }

    async Task Hold(Zone zone, long token, CityRules rules, CancellationToken ct)
    {
        // A round that fails is not tried again at once, here or elsewhere.
        var pauseAtEnd = rules.DispatchWindow;
        var renewAt = Stopwatch.GetTimestamp() + RenewEvery;
        try
        {
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var result = await Run(zone, token, ct);
                if (result is RoundResult.NobodyWaited)
                {
                    pauseAtEnd = TimeSpan.Zero;
                    return;
                }

                await Task.Delay(Positive(rules.PauseAfter(result) - Stopwatch.GetElapsedTime(started)), ct);
                if (Stopwatch.GetTimestamp() < renewAt)
                {
                    continue;
                }

                renewAt = Stopwatch.GetTimestamp() + RenewEvery;
                if (!await lease.Renew(zone, token, rules.DispatchWindow, ct))
                {
                    return;
                }
            }
        }
        finally
        {
            await lease.Release(zone, token, pauseAtEnd, CancellationToken.None);
        }
    }

    static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    async Task<RoundResult> Run(Zone zone, long token, CancellationToken ct)
    {
        using var activity = Activities.StartActivity("dispatch round");
        return await round.Run(zone, token, ct);
    }

    [LoggerMessage(LogLevel.Warning, "A round of {City} {VehicleClass} failed; its requests wait for the next")]
    partial void RoundFailed(string city, string vehicleClass, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Cannot see who waits; trying again")]
    partial void PollFailed(Exception exception);
}
