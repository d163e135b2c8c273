using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tumpang.Billing;
using Tumpang.Billing.Discounts;
using Tumpang.Billing.Features.Quotes;
using Tumpang.Billing.Surge;
using Tumpang.Billing.Tariffs;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Benchmarks;

/// <summary>
/// Quotes for all vehicle classes of the city between random corners of Manhattan: in process, through one copy of the service, without a promotion and with
/// one, and through gateway and service as passengers ask.
/// </summary>
public sealed class QuotesBenchmark : IBenchmark
{
    const int Callers = 32;
    const int Passengers = 640;
    const double InProcessBar = 20_000, ServiceBar = 5_000;

    /// <summary>Until gateway and billing run code that was compiled for speed; run alone, the fleet has just started.</summary>
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);

    static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    public string Name => "quotes";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var passengers = await Task.WhenAll(Enumerable.Range(0, Passengers).Select(number => new BenchPhone(fleet.City, number, kind: 2).LoggedIn(ct)));
        var next = -1;
        var quotes = await Load.Run(Callers, WarmUp, Duration, (_, token) => Quote(Next(), token), ct);
        var bare = await Load.Run(Callers, Duration / 2, async (_, token) => (await Next().Ask(HttpMethod.Get, "/alive", null, token)).IsSuccess, ct);
        var (service, serviceBare, held, holding) = await Service(fleet, ct);
        var inProcess = await InProcess(fleet, ct);
        return
        [
            new("quotes.in-process", inProcess.PerSecond, "requests/s", InProcessBar, "bar"),
            new("quotes.service", service.PerSecond, "requests/s", serviceBare.PerSecond, "billing answering /alive to the same clients"),
            new("quotes.service-vs-bar", service.PerSecond, "requests/s", ServiceBar, "bar"),
            new("quotes.service.p50", service.Percentile(0.5), "ms"),
            new("quotes.service.p99", service.Percentile(0.99), "ms"),
            new("quotes.service.failures", service.Failures, "requests"),
            new("quotes.promoted.held", held.PerSecond, "requests/s", service.PerSecond, "the same without a promotion"),
            new("quotes.promoted.held.p99", held.Percentile(0.99), "ms"),
            new("quotes.promoted.first", holding.PerSecond, "requests/s", service.PerSecond, "the same without a promotion"),
            new("quotes.promoted.first.p99", holding.Percentile(0.99), "ms"),
            new("quotes.promoted.failures", held.Failures + holding.Failures, "requests"),
            new("quotes.rate", quotes.PerSecond, "requests/s", bare.PerSecond, "gateway answering /alive to the same clients"),
            new("quotes.p50", quotes.Percentile(0.5), "ms"),
            new("quotes.p99", quotes.Percentile(0.99), "ms"),
            new("quotes.failures", quotes.Failures, "requests"),
        ];

        // One after the other, so that nobody meets the limit on what a single user may ask.
        BenchPhone Next() => passengers[(uint)Interlocked.Increment(ref next) % Passengers];
    }

    /// <summary>
    /// Straight to one copy of billing, with tokens of the fleet: what the service bears, without the gateway's share of the processors. With a promotion,
    /// of passengers for whom it is held and of others, each of whom asks for the first time.
    /// </summary>
    static async Task<(LoadResult Quotes, LoadResult Bare, LoadResult Held, LoadResult Holding)> Service(BenchFleet fleet, CancellationToken ct)
    {
        await using var tokens = new FleetTokens(fleet);
        var bearers = Enumerable.Range(0, Passengers).Select(_ => Anybody()).ToArray();
        var next = -1;
        using var http = new HttpClient { BaseAddress = fleet.Process("billing").Address };
        var quotes = await Load.Run(Callers, WarmUp, Duration, (_, _) => Ask(Trip(), Next()), ct);
        var bare = await Load.Run(Callers, Duration / 2, (_, _) => Ask(new(HttpMethod.Get, "/alive"), Next()), ct);

        await using var promotion = await BenchPromotion.Begin(http, tokens, ct);
        while (!await IsPromoted()) await Task.Delay(100, ct);
        var held = await Load.Run(Callers, Duration, (_, _) => Ask(Trip(), Next()), ct);
        return (quotes, bare, held, await Load.Run(Callers, Duration / 2, (_, _) => Ask(Trip(), Anybody()), ct));

        AuthenticationHeaderValue Anybody() => new("Bearer", tokens.Of(Guid.CreateVersion7()));

        AuthenticationHeaderValue Next() => bearers[(uint)Interlocked.Increment(ref next) % Passengers];

        HttpRequestMessage Trip()
        {
            var (pickup, dropOff) = Manhattan.Trip();
            return new(HttpMethod.Post, "/v1/quotes") { Content = JsonContent.Create(new { pickup, dropOff }, options: Json.Options) };
        }

        async Task<bool> Ask(HttpRequestMessage request, AuthenticationHeaderValue bearer)
        {
            using (request)
            {
                request.Headers.Authorization = bearer;
                using var response = await http.SendAsync(request, ct);
                await response.Content.ReadAsByteArrayAsync(ct);
                return response.IsSuccessStatusCode;
            }
        }

        async Task<bool> IsPromoted()
        {
            using var request = Trip();
            request.Headers.Authorization = Next();
            using var response = await http.SendAsync(request, ct);
            return (await response.Content.ReadAsStringAsync(ct)).Contains("\"promotion\"", StringComparison.Ordinal);
        }
    }

    /// <summary>The same use case without HTTP, on as many threads as there are processors: road, three tariffs, three signed tokens.</summary>
    static async Task<LoadResult> InProcess(BenchFleet fleet, CancellationToken ct)
    {
        await using var app = await BillingInProcess.Load(fleet, ct);
        var (cities, zones, roads) = (Get<Cities>(), Get<ZonesInForce>(), Get<RoadMap>());
        var (policies, promotions, holds, surge, interest) = (Get<FarePolicies>(), Get<Promotions>(), Get<PromotionHolds>(), Get<SurgeInForce>(), Get<QuoteInterest>());
        var (tokens, clock, metrics, options) = (Get<QuoteToken>(), Get<CityClock>(), Get<BillingMetrics>(), Get<IOptions<BillingOptions>>());
        var user = new CurrentUser(Guid.CreateVersion7(), IsDriver: false, IsOperator: false, Guid.Empty);
        return await Load.Run(
            Environment.ProcessorCount, Duration / 2,
            async (_, token) =>
            {
                var (pickup, dropOff) = Manhattan.Trip();
                var answer = await QuoteRides.Handle(
                    new(pickup, dropOff), user, cities, zones, roads, policies, promotions, holds, surge, interest, tokens, clock, metrics, options, token);
                return answer.Result is Ok<QuotesView>;
            },
            ct);

        T Get<T>()
            where T : notnull => app.Services.GetRequiredService<T>();
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
