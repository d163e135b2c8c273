using Tumpang.Contracts;

namespace Tumpang.Benchmarks;

/// <summary>Quotes for all vehicle classes of the city between random corners of Manhattan, through the gateway.</summary>
public sealed class QuotesBenchmark : IBenchmark
{
    const int Callers = 32;
    const int Passengers = 640;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public string Name => "quotes";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var passengers = await Task.WhenAll(Enumerable.Range(0, Passengers).Select(number => new BenchPhone(fleet.City, number, kind: 2).LoggedIn(ct)));
        var next = -1;
        var quotes = await Load.Run(Callers, Duration, (_, token) => Quote(Next(), token), ct);
        var bare = await Load.Run(Callers, Duration / 2, async (_, token) => (await Next().Ask(HttpMethod.Get, "/alive", null, token)).IsSuccess, ct);
        return
        [
            new("quotes.rate", quotes.PerSecond, "quotes/s", bare.PerSecond, "gateway answering /alive to the same clients"),
            new("quotes.p50", quotes.Percentile(0.5), "ms"),
            new("quotes.p99", quotes.Percentile(0.99), "ms"),
            new("quotes.failures", quotes.Failures, "requests"),
        ];

        // One after the other, so that nobody meets the limit on what a single user may ask.
        BenchPhone Next() => passengers[(uint)Interlocked.Increment(ref next) % Passengers];
    }

    static async Task<bool> Quote(BenchPhone passenger, CancellationToken ct)
    {
        var (pickup, dropOff) = Manhattan.Trip();
        return (await passenger.Ask(HttpMethod.Post, "/v1/quotes", new { pickup, dropOff }, ct)).IsSuccess;
    }
}

/// <summary>Places to travel between.</summary>
static class Manhattan
{
    const double ShortestTripMetres = 300;

    /// <summary>Two corners that are worth a ride.</summary>
    public static (GeoPoint Pickup, GeoPoint DropOff) Trip()
    {
        var (pickup, dropOff) = (Corner(), Corner());
        return pickup.MetresTo(dropOff) > ShortestTripMetres ? (pickup, dropOff) : Trip();
    }

    /// <summary>Somewhere between 14th and 96th street, on land.</summary>
    public static GeoPoint Corner()
    {
        // Along the axis of the island, with a step across it.
        var (along, across) = (Random.Shared.NextDouble(), (Random.Shared.NextDouble() - 0.5) * 0.02);
        return new(40.7400 + (along * 0.045) + (across * 0.3), -73.9950 + (along * 0.033) + across);
    }
}
