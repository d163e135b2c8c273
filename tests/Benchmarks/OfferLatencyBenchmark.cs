using System.Collections.Concurrent;
using System.Diagnostics;
using Tumpang.Contracts;

namespace Tumpang.Benchmarks;

/// <summary>
/// From the passenger's request to the offer on a driver's socket, at a pace that does not wait for answers: so many requests a second,
/// however slow the fleet is. Each request is cancelled once its offer was heard, so that the same people can ask and be asked again.
/// </summary>
public sealed class OfferLatencyBenchmark : IBenchmark
{
    const int RequestsPerSecond = 50;
    const int Passengers = 100;
    const int Drivers = 200;
    const double BestPeerMilliseconds = 746;
    const double BarBeyondWindowMilliseconds = 120;
    const double WindowMilliseconds = 500;
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(5);

    /// <summary>Inwood: beyond the reach of the people that other benchmarks leave elsewhere.</summary>
    static readonly GeoPoint Corner = new(40.8670, -73.9210);

    readonly ConcurrentDictionary<Guid, TaskCompletionSource<long>> heard = new();

    public string Name => "offer-latency";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var drivers = await Gather(Drivers, number => new BenchPhone(fleet.City, number, kind: 6).OnlineAt(Place(number), ct), ct);
        var passengers = await Gather(Passengers, number => Asker.Prepare(this, fleet, number, ct), ct);
        using var shift = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var listening = Task.WhenAll(drivers.Select(driver => Listen(driver, shift.Token)));
        var beating = Task.WhenAll(drivers.Select(driver => Beat(fleet, driver, shift.Token)));

        await Pace(passengers, WarmUp, shift.Token);
        var milliseconds = await Pace(passengers, Duration, shift.Token);
        await shift.CancelAsync();
        await Task.WhenAll(listening, beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var answered = milliseconds.OfType<double>().Order().ToArray();
        return
        [
            new("offer-latency.p50", At(answered, 0.5), "ms", BestPeerMilliseconds, "best open peer at 16 passengers"),
            new("offer-latency.p99", At(answered, 0.99), "ms", WindowMilliseconds + BarBeyondWindowMilliseconds, "bar: 120 ms beyond a window of 500 ms"),
            new("offer-latency.rate", answered.Length / Duration.TotalSeconds, "offers/s", RequestsPerSecond, "requests/s asked"),
            new("offer-latency.failures", milliseconds.Count(latency => latency is null), "requests"),
        ];
    }

    static GeoPoint Place(int number) => new(Corner.Latitude + (number % 20 * 1e-4), Corner.Longitude + (number / 20 * 1e-4));

    static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * share)];

    static async Task<T[]> Gather<T>(int count, Func<int, Task<T>> prepare, CancellationToken ct)
    {
        var all = new T[count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = ct }, async (number, _) => all[number] = await prepare(number));
        return all;
    }

    /// <summary>Starts requests at their due moments; a passenger who is not through with the last one lets the next ask.</summary>
    static async Task<IReadOnlyList<double?>> Pace(Asker[] passengers, TimeSpan duration, CancellationToken ct)
    {
        var free = new ConcurrentQueue<Asker>(passengers);
        var running = new List<Task<double?>>();
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < duration.TotalSeconds * RequestsPerSecond; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / RequestsPerSecond) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero)
            {
                await Task.Delay(due, ct);
            }

            running.Add(free.TryDequeue(out var passenger) ? AskAndReturn(passenger, free, ct) : Task.FromResult<double?>(null));
        }

        return await Task.WhenAll(running);
    }

    static async Task<double?> AskAndReturn(Asker passenger, ConcurrentQueue<Asker> free, CancellationToken ct)
    {
        var latency = await passenger.Ask(ct);
        free.Enqueue(passenger);
        return latency;
    }

    async Task Listen(BenchPhone driver, CancellationToken ct)
    {
        while (true)
        {
            var offer = await driver.Hears("offer-made", ct);
            Of(offer.GetProperty("rideRequestId").GetGuid()).TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>The offer may be on the socket before the answer to the request is.</summary>
    TaskCompletionSource<long> Of(Guid rideRequestId) => heard.GetOrAdd(rideRequestId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    static async Task Beat(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        var (latitude, longitude) = Place(driver.Number);
        using var timer = new PeriodicTimer(BeatEvery);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var point = new { latitude, longitude, recordedAt = fleet.City.Clock.GetUtcNow(), accuracyMetres = 8 };
            await driver.Push(new { type = "positions", points = new[] { point } }, ct);
        }
    }

    /// <summary>A passenger who wants to know how soon somebody is asked, and then changes their mind.</summary>
    sealed class Asker(OfferLatencyBenchmark benchmark, BenchPhone phone, Guid paymentMethodId)
    {
        public static async Task<Asker> Prepare(OfferLatencyBenchmark benchmark, BenchFleet fleet, int number, CancellationToken ct)
        {
            var phone = await new BenchPhone(fleet.City, number, kind: 7).LoggedIn(ct);
            var method = await phone.Post("/v1/payment-methods", new { kind = "Card", cardToken = "tok_ok" }, ct);
            return new(benchmark, phone, method.GetProperty("paymentMethodId").GetGuid());
        }

        /// <summary>Milliseconds from the request to the offer; null when nobody was asked in time.</summary>
        public async Task<double?> Ask(CancellationToken ct)
        {
            var quotes = await phone.Post("/v1/quotes", new { pickup = Corner, dropOff = new GeoPoint(Corner.Latitude - 0.01, Corner.Longitude) }, ct);
            var quote = quotes.GetProperty("quotes").EnumerateArray().First(each => each.GetProperty("vehicleClass").GetString() == "Standard");
            var asked = Stopwatch.GetTimestamp();
            var request = await phone.Post("/v1/ride-requests", new { quoteToken = quote.GetProperty("token").GetString(), paymentMethodId }, ct);
            var rideRequestId = request.GetProperty("rideRequestId").GetGuid();
            try
            {
                var heardAt = await benchmark.Of(rideRequestId).Task.WaitAsync(Patience, ct);
                return Stopwatch.GetElapsedTime(asked, heardAt).TotalMilliseconds;
            }
            catch (TimeoutException)
            {
                return null;
            }
            finally
            {
                benchmark.heard.TryRemove(rideRequestId, out _);
                await phone.Post($"/v1/ride-requests/{rideRequestId}/cancel", new { }, ct);
            }
        }
    }
}
