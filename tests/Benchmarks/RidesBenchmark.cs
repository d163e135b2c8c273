using System.Diagnostics;
using Tumpang.Contracts;
using Tumpang.Simulator;

namespace Tumpang.Benchmarks;

/// <summary>
/// Complete rides by 16 passengers at once, through the gateway with dispatch, offers, PIN, ledger, payment and every event:
/// quote, request, offer, accept, arrive, start, complete, charged. Drivers stand at the pickups, so that no road time is measured.
/// </summary>
public sealed class RidesBenchmark : IBenchmark
{
    const int Passengers = 16;
    const double BestPeerPerSecond = 13;
    const double BarPerSecond = 65;
    const double BarP50Milliseconds = 250;
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => "rides";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var pairs = new List<Pair>();
        for (var number = 0; number < Passengers; number++)
        {
            pairs.Add(await Pair.Prepare(fleet.City, number, ct));
        }

        var rides = await Load.Run(Passengers, Duration, (caller, token) => pairs[caller].Ride(token), ct);
        var steps = new[] { "quote", "request", "offer", "accept", "created", "arrive", "start", "complete", "paid" };
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

    /// <summary>A passenger and the driver who stands at that corner; corners are far apart, so the pair finds each other.</summary>
    sealed class Pair(City city, BenchPhone passenger, BenchPhone driver, GeoPoint corner, Guid paymentMethodId)
    {
        long before;

        public static async Task<Pair> Prepare(City city, int number, CancellationToken ct)
        {
            var corner = new GeoPoint(40.7100 + (number / 4 * 0.03), -74.0050 + (number % 4 * 0.03) + (number / 4 * 0.015));
            var driver = await new BenchPhone(city, number, kind: 3).OnlineAt(corner, ct);
            var passenger = await new BenchPhone(city, number, kind: 4).LoggedIn(ct);
            await passenger.Connect(ct);
            var method = await passenger.Post("/v1/payment-methods", new { kind = "Card", cardToken = "tok_ok" }, ct);
            return new(city, passenger, driver, corner, method.GetProperty("paymentMethodId").GetGuid());
        }

        public async Task<bool> Ride(CancellationToken ct)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(Patience);
            try
            {
                before = Stopwatch.GetTimestamp();
                await Request(limit.Token);
                var rideId = await Match(limit.Token);
                await Drive(rideId, limit.Token);
                return true;
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                Console.Error.WriteLine($"  pair {driver.Number}: no ride within {Patience.TotalSeconds:0} s");
                return false;
            }
        }

        async Task Request(CancellationToken ct)
        {
            var quotes = await passenger.Post("/v1/quotes", new { pickup = corner, dropOff = new GeoPoint(corner.Latitude + 0.004, corner.Longitude) }, ct);
            Mark("quote");
            var quote = quotes.GetProperty("quotes").EnumerateArray().First(each => each.GetProperty("vehicleClass").GetString() == "Standard");
            await passenger.Post("/v1/ride-requests", new { quoteToken = quote.GetProperty("token").GetString(), paymentMethodId }, ct);
            Mark("request");
        }

        async Task<Guid> Match(CancellationToken ct)
        {
            var offer = await driver.Hears("offer-made", ct);
            Mark("offer");
            var accepted = await driver.Post($"/v1/offers/{offer.GetProperty("offerId").GetGuid()}/accept", new { }, ct);
            Mark("accept");
            await passenger.Hears("ride-created", ct);
            Mark("created");
            return accepted.GetProperty("rideId").GetGuid();
        }

        async Task Drive(Guid rideId, CancellationToken ct)
        {
            await driver.Post($"/v1/rides/{rideId}/arrive", new { position = corner }, ct);
            Mark("arrive");
            var pin = (await passenger.Ask(HttpMethod.Get, $"/v1/rides/{rideId}/pin", null, ct)).Body.GetProperty("pin").GetString();
            await driver.Post($"/v1/rides/{rideId}/start", new { pin, position = corner }, ct);
            Mark("start");
            await driver.Post($"/v1/rides/{rideId}/complete", new { position = corner }, ct);
            Mark("complete");
            await Report(ct);
            await passenger.Hears("payment-succeeded", ct);
            Mark("paid");
        }

        /// <summary>A point after the end closes the track at once.</summary>
        Task<bool> Report(CancellationToken ct) =>
            driver.Push(new { type = "positions", points = new[] { new { corner.Latitude, corner.Longitude, recordedAt = city.Clock.GetUtcNow(), accuracyMetres = 8 } } }, ct);

        void Mark(string step)
        {
            city.Measured.RecordMilliseconds($"step {step}", before);
            before = Stopwatch.GetTimestamp();
        }
    }
}
