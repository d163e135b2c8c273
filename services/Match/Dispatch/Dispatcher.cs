using System.Collections.Concurrent;
using System.Diagnostics;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>
/// Decides when a zone is dispatched; what a round does is <see cref="DispatchRound"/>'s. A wake-up starts a round at once when the
/// zone is idle; wake-ups during a window are served together at its end. A poll stands behind the wake-ups, for requests that came
/// through another copy and for those that found nobody yet.
/// </summary>
sealed partial class Dispatcher(
    WaitingRequests waiting, ZoneLease lease, DispatchRound round, MatchingRules matching, IHostApplicationLifetime lifetime, ILogger<Dispatcher> logger)
    : BackgroundService
{
    /// <summary>How long a request may lie unnoticed by this copy, and how often unserved ones are tried again.</summary>
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

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

    /// <summary>One round, or none when other copies ran the last few: what we were woken for was theirs to see.</summary>
    async Task Dispatch(Zone zone, CancellationToken ct)
    {
        const int Tries = 3;
        var window = matching.Of(zone.CityId).DispatchWindow;
        for (var tries = 0; tries < Tries; tries++)
        {
            var started = Stopwatch.GetTimestamp();
            var turn = await lease.Take(zone, window, ct);
            if (turn.Token is { } token)
            {
                await Run(zone, token, ct);
                await Task.Delay(Positive(window - Stopwatch.GetElapsedTime(started)), ct);
                return;
            }

            // Timers are exact to a millisecond: not a moment too early.
            await Task.Delay(turn.UntilNext is { } wait && wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : window / 2, ct);
        }
    }

    static TimeSpan Positive(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;

    async Task Run(Zone zone, long token, CancellationToken ct)
    {
        using var activity = Activities.StartActivity("dispatch round");
        try
        {
            await round.Run(zone, token, ct);
        }
        finally
        {
            await lease.Release(zone, token, CancellationToken.None);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A round of {City} {VehicleClass} failed; its requests wait for the next")]
    partial void RoundFailed(string city, string vehicleClass, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Cannot see who waits; trying again")]
    partial void PollFailed(Exception exception);
}
