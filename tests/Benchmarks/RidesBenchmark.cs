using System.Diagnostics;
using Tumpang.Contracts;
using Tumpang.Simulator.Phones;

namespace Tumpang.Benchmarks;

/// <summary>
/// Complete rides by 16 passengers at once, through the gateway with dispatch, offers, PIN, ledger, payment and every event:
/// quote, request, offer, accept, arrive, start, complete, charged. Drivers stand at the pickups, so that no road time is measured.
/// </summary>
public sealed class RidesBenchmark : IBenchmark
{
    const int Passengers = 16;
    const int Drivers = 32;
    const double BestPeerPerSecond = 13;
    const double BarPerSecond = 65;
    const double BarP50Milliseconds = 250;
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(25);
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    public string Name => "rides";


    /// <summary>Washington Heights: beyond the reach of the drivers that other benchmarks leave at Times Square, who answer nothing.</summary>
    static readonly GeoPoint Corner = new(40.8450, -73.9390);

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var drivers = await Task.WhenAll(Enumerable.Range(0, Drivers).Select(number => new BenchPhone(fleet.City, number, kind: 3).OnlineAt(Corner, ct)));
        var passengers = await Task.WhenAll(Enumerable.Range(0, Passengers).Select(number => Passenger.Prepare(fleet, number, ct)));
        using var shift = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var working = Task.WhenAll(drivers.Select(driver => WorkAloud(fleet, driver, shift.Token)));
        var beating = Task.WhenAll(drivers.Select(driver => Beat(fleet, driver, shift.Token)));
        var rides = await Load.Run(Passengers, WarmUp, Duration, (caller, token) => passengers[caller].Ride(token), ct);
        await shift.CancelAsync();
        await Task.WhenAll(working, beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        var steps = new[] { "quote", "request", "matched", "accept", "arrive", "start", "complete", "driven", "paid" };
        return
        [
            new("rides.rate", rides.PerSecond, "rides/s", BarPerSecond, "bar (best open peer: 13)"),
            new("rides.rate-vs-peer", rides.PerSecond, "rides/s", BestPeerPerSecond, "best open peer"),
            new("rides.p50", rides.Percentile(0.5), "ms", BarP50Milliseconds, "bar (best open peer: 1153)"),
            new("rides.p99", rides.Percentile(0.99), "ms"),
            new("rides.failures", rides.Failures, "rides"),
            .. steps.Select(step => new Figure($"rides.{step}.p50", fleet.City.Measured.Percentile($"step {step}", 0.5), "ms")),
            .. steps.Select(step => new Figure($"rides.{step}.p99", fleet.City.Measured.Percentile($"step {step}", 0.99), "ms")),
        ];
    }

    /// <summary>A driver who stops working says why: silence would look like a slow fleet.</summary>
    static async Task WorkAloud(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        try
        {
            await Work(fleet, driver, ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            Console.Error.WriteLine($"  driver {driver.Number} stopped working: {exception.Message}");
        }
    }

    /// <summary>Takes whatever is offered and drives it in no time.</summary>
    static async Task Work(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        while (true)
        {
            var offer = await driver.Hears("offer-made", ct);
            var accepted = await Timed(fleet, "accept", driver.Ask(HttpMethod.Post, $"/v1/offers/{offer.GetProperty("offerId").GetGuid()}/accept", new { }, ct));
            if (accepted.IsSuccess)
            {
                await Drive(fleet, driver, accepted.Body.GetProperty("rideId").GetGuid(), ct);
            }
            else
            {
                Console.Error.WriteLine($"  driver {driver.Number} could not accept: {accepted.Status} {accepted.Code}");
            }
        }
    }

    static async Task Drive(BenchFleet fleet, BenchPhone driver, Guid rideId, CancellationToken ct)
    {
        var pin = await fleet.City.Street.AskPin(rideId, Patience, ct);
        await Timed(fleet, "arrive", driver.Post($"/v1/rides/{rideId}/arrive", new { position = Corner }, ct));
        await Timed(fleet, "start", driver.Post($"/v1/rides/{rideId}/start", new { pin, position = Corner }, ct));
        await Timed(fleet, "complete", driver.Post($"/v1/rides/{rideId}/complete", new { position = Corner }, ct));
    }

    /// <summary>Phones beat: a point after the end closes the track at once, and puts the driver back among the free.</summary>
    static async Task Beat(BenchFleet fleet, BenchPhone driver, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(BeatEvery);
        while (await timer.WaitForNextTickAsync(ct))
        {
            var now = fleet.City.Clock.GetUtcNow();
            await driver.Push(new { type = "positions", points = new[] { new { Corner.Latitude, Corner.Longitude, recordedAt = now, accuracyMetres = 8 } } }, ct);
        }
    }

    static async Task<T> Timed<T>(BenchFleet fleet, string step, Task<T> call)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await call;
        fleet.City.Measured.RecordMilliseconds($"step {step}", started);
        return answer;
    }

    /// <summary>Asks for one ride after the other, each as soon as the last is paid.</summary>
    sealed class Passenger(BenchFleet fleet, BenchPhone phone, Guid paymentMethodId)
    {
        public static async Task<Passenger> Prepare(BenchFleet fleet, int number, CancellationToken ct)
        {
            var phone = await new BenchPhone(fleet.City, number, kind: 4).LoggedIn(ct);
            await phone.Connect(ct);
            var method = await phone.Post("/v1/payment-methods", new { kind = "Card", cardToken = "tok_ok" }, ct);
            return new(fleet, phone, method.GetProperty("paymentMethodId").GetGuid());
        }

        /// <summary>Who asks within milliseconds of having paid may be told that the last ride has not ended everywhere yet; the wait counts.</summary>
        async Task<Answer> Request(string quoteToken, CancellationToken ct)
        {
            while (true)
            {
                var answer = await phone.Ask(HttpMethod.Post, "/v1/ride-requests", new { quoteToken, paymentMethodId }, ct);
                if (answer.IsSuccess)
                {
                    return answer;
                }

                if (answer.Code != "active-ride")
                {
                    throw new InvalidOperationException($"No ride: {answer.Status} {answer.Code}");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(5), ct);
            }
        }

        public async Task<bool> Ride(CancellationToken ct)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(Patience);
            try
            {
                var quotes = await Timed(fleet, "quote", phone.Post("/v1/quotes", new { pickup = Corner, dropOff = new GeoPoint(Corner.Latitude + 0.004, Corner.Longitude) }, limit.Token));
                var quote = quotes.GetProperty("quotes").EnumerateArray().First(each => each.GetProperty("vehicleClass").GetString() == "Standard");
                await Timed(fleet, "request", Request(quote.GetProperty("token").GetString()!, limit.Token));
                var ride = await Timed(fleet, "matched", phone.Hears("ride-created", limit.Token));
                var rideId = ride.GetProperty("rideId").GetGuid();
                var pin = await phone.Ask(HttpMethod.Get, $"/v1/rides/{rideId}/pin", null, limit.Token);
                fleet.City.Street.TellPin(rideId, pin.Body.GetProperty("pin").GetString()!);
                await Timed(fleet, "driven", phone.Hears("ride-completed", limit.Token));
                await Timed(fleet, "paid", phone.Hears("payment-succeeded", limit.Token));
                return true;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                Console.Error.WriteLine($"  passenger {phone.Number}: no ride within {Patience.TotalSeconds:0} s");
                return false;
            }
        }
    }
}
