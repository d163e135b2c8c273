using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.FleetTests;

/// <summary>Prices that follow demand, with nothing made up: match counts who waits, location who is free, billing prices, all behind the gateway.</summary>
public sealed class SurgeTests(FleetUnderTest fleet) : IAsyncLifetime
{
    /// <summary>Coney Island, where no driver of these tests is.</summary>
    static readonly GeoPoint Beach = new(40.5755, -73.9707), Inland = new(40.6010, -73.9600);

    readonly HttpClient http = new() { BaseAddress = fleet.Fleet.Gateway };
    readonly TestTokens tokens = fleet.NewTokens();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await Decide(on: true);

    public async ValueTask DisposeAsync()
    {
        await Decide(on: false);
        http.Dispose();
        tokens.Dispose();
    }

    [Fact]
    public async Task A_price_rises_while_passengers_wait_and_falls_when_they_are_gone()
    {
        var (looks, crowd) = (tokens.Passenger(Guid.CreateVersion7()), Enumerable.Range(0, 8).Select(_ => tokens.Passenger(Guid.CreateVersion7())).ToArray());
        var before = await Quote(looks);

        var requests = await Task.WhenAll(crowd.Select(Request));
        await Eventually.Get(Map, map => Covers(map, Beach), Stop);
        var raised = await Eventually.Get(() => Quote(looks), quote => Surge(quote) is not null, Stop);
        await Task.WhenAll(crowd.Zip(requests).Select(pair => Ask(HttpMethod.Post, $"/v1/ride-requests/{pair.Second}/cancel", pair.First, new { })));
        await Eventually.Get(Map, map => !Covers(map, Beach), Stop);
        var after = await Eventually.Get(() => Quote(looks), quote => Surge(quote) is null, Stop);

        Assert.Equal((null, null), (Surge(before), Surge(after)));
        Assert.True(Surge(raised) >= 11_000, $"Raised to {Surge(raised)}.");
        Assert.True(Fare(raised) > Fare(before), "The raised price is not higher.");
        await fleet.AssertInvariantsHold();
    }

    /// <summary>Asked by somebody else each time: who only looks at the map raises nothing.</summary>
    Task<JsonElement> Map() => Ask(HttpMethod.Get, "/v1/surge?cityId=nyc", tokens.Passenger(Guid.CreateVersion7()), null);

    static bool Covers(JsonElement map, GeoPoint place) =>
        map.GetProperty("cells").EnumerateArray().Any(cell => place.Latitude - cell.GetProperty("south").GetDouble() is >= 0 and < MapCell.Degrees
            && place.Longitude - cell.GetProperty("west").GetDouble() is >= 0 and < MapCell.Degrees);

    async Task<Guid> Request(string passenger)
    {
        var method = await Ask(HttpMethod.Post, "/v1/payment-methods", passenger, new { kind = "Cash" });
        var quote = await Quote(passenger);
        var request = await Ask(HttpMethod.Post, "/v1/ride-requests", passenger, new
        {
            quoteToken = quote.GetProperty("token").GetString(),
            paymentMethodId = method.GetProperty("paymentMethodId").GetGuid(),
        });
        return request.GetProperty("rideRequestId").GetGuid();
    }

    async Task<JsonElement> Quote(string passenger) =>
        (await Ask(HttpMethod.Post, "/v1/quotes", passenger, new { pickup = Beach, dropOff = Inland })).GetProperty("quotes").EnumerateArray()
            .First(quote => quote.GetProperty("vehicleClass").GetString() == "Standard");

    Task<JsonElement> Decide(bool on) => Ask(
        HttpMethod.Post, "/v1/ops/surge-rules", tokens.Operator(Guid.CreateVersion7()), new { cityId = "nyc", vehicleClass = "Standard", on, reason = "a test" });

    async Task<JsonElement> Ask(HttpMethod method, string path, string token, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            request.Content = JsonContent.Create(body);
        }

        using var answer = await http.SendAsync(request, Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(Stop)}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    static int? Surge(JsonElement quote) => quote.TryGetProperty("surgeBasisPoints", out var basisPoints) ? basisPoints.GetInt32() : null;

    static long Fare(JsonElement quote) => quote.GetProperty("fare").GetProperty("minorUnits").GetInt64();
}
