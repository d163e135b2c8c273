using System.Diagnostics;
using Tumpang.Contracts;

namespace Tumpang.Race.Tests;

/// <summary>Somebody with a phone who does something every now and then, by the dice of a seed.</summary>
abstract class Racer(RaceFleet fleet, RaceCity city, Random dice, bool drives)
{
    const int ShortestPauseMilliseconds = 60, LongestPauseMilliseconds = 400;
    const double SpreadDegrees = 0.012;

    /// <summary>A racer pauses at least so many times as long as the answers took: a slow machine is asked less often, and not drowned.</summary>
    const int PausePerWait = 4;

    string? accessToken;
    TimeSpan waited;

    public Guid Id { get; } = Guid.CreateVersion7();

    protected RaceFleet Fleet => fleet;

    protected RaceCity City => city;

    protected Random Dice => dice;

    /// <summary>Somewhere within a kilometre and a half of the centre.</summary>
    protected GeoPoint Somewhere() => new(
        city.Centre.Latitude + ((dice.NextDouble() - 0.5) * SpreadDegrees), city.Centre.Longitude + ((dice.NextDouble() - 0.5) * SpreadDegrees));

    protected bool Happens(double probability) => dice.NextDouble() < probability;

    /// <summary>Acts while it shall.</summary>
    public async Task Race(Func<bool> goesOn, CancellationToken ct)
    {
        while (goesOn())
        {
            waited = TimeSpan.Zero;
            await Act(ct);
            var pause = TimeSpan.FromMilliseconds(dice.Next(ShortestPauseMilliseconds, LongestPauseMilliseconds));
            var respite = PausePerWait * waited;
            await Task.Delay(pause > respite ? pause : respite, ct);
        }
    }

    /// <summary>One step towards having nothing left to do; true when there is nothing.</summary>
    public abstract Task<bool> Finish(CancellationToken ct);

    protected abstract Task Act(CancellationToken ct);

    protected Task<Reply> Get(string service, string path, CancellationToken ct) => Send(service, HttpMethod.Get, path, null, ct);

    protected Task<Reply> Post(string service, string path, object? body, CancellationToken ct) => Send(service, HttpMethod.Post, path, body, ct);

    protected Task<Reply> Put(string service, string path, object body, CancellationToken ct) => Send(service, HttpMethod.Put, path, body, ct);

    /// <summary>Twice at once now and then, as a phone with a bad connection does; how often it succeeded.</summary>
    protected async Task<int> PostMaybeTwice(string service, string path, object? body, CancellationToken ct)
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, Happens(0.2) ? 2 : 1).Select(_ => Post(service, path, body, ct)));
        return replies.Count(reply => reply.Succeeded);
    }

    async Task<Reply> Send(string service, HttpMethod method, string path, object? body, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var reply = await fleet.Send(service, method, path, accessToken ??= fleet.TokenOf(Id, drives), body, ct);
        waited += Stopwatch.GetElapsedTime(started);
        return reply;
    }
}

/// <summary>Where a race takes place.</summary>
sealed record RaceCity(string Id, GeoPoint Centre, string Currency)
{
    /// <summary>One driver after the other is asked, chosen for all requests together.</summary>
    public static readonly RaceCity NewYork = new("nyc", new(40.7580, -73.9855), "USD");

    /// <summary>Five drivers are asked at once, and the passenger confirms.</summary>
    public static readonly RaceCity Jakarta = new("jakarta", new(-6.1754, 106.8272), "IDR");
}
