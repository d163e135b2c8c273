using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using Tumpang.Contracts;
using Tumpang.Rides.Tests;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(RideFleet))]

namespace Tumpang.Rides.Tests;

/// <summary>Two copies of ride as processes, on a database, a virtual host and a Redis of their own.</summary>
public sealed class RideFleet : IAsyncLifetime
{
    /// <summary>Nobody waits for minutes in a test.</summary>
    static readonly Dictionary<string, string> Settings = new() { ["Ride__PassengerNoShowAfter"] = "00:00:01" };

    readonly HttpClient http = new();
    TestServers? servers;
    Fleet? fleet;
    int turn;

    public TestBus Bus { get; private set; } = null!;

    /// <summary>Signs quotes as billing does.</summary>
    public QuoteToken Quotes { get; private set; } = null!;

    /// <summary>The copies, to be killed.</summary>
    public IReadOnlyList<ServiceProcess> Copies => fleet!.Processes;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Ride.Tests", Ct);
        Bus = await TestBus.Connect(servers, Ct);
        Quotes = new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:QuoteSigningKey", servers.Secrets["QuoteSigningKey"])]).Build());
        fleet = await servers.Run(["ride"], copies: 2, Settings, Ct);
    }

    /// <summary>Calls one copy and the other in turn.</summary>
    public async Task<HttpResponseMessage> Send(HttpMethod method, string path, Guid? user, object? body = null, string? key = null, bool driver = true)
    {
        var copy = Copies[(int)((uint)Interlocked.Increment(ref turn) % Copies.Count)];
        using var request = new HttpRequestMessage(method, new Uri(copy.Url, path));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options);
        if (user is { } id)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", driver ? servers!.Tokens.Driver(id) : servers!.Tokens.Passenger(id));
        }

        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await http.SendAsync(request, Ct);
    }

    /// <summary>An operator's call.</summary>
    public async Task<HttpResponseMessage> SendAsOperator(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Copies[0].Url, path));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", servers!.Tokens.Operator(Guid.CreateVersion7()));
        return await http.SendAsync(request, Ct);
    }

    /// <summary>A ride in this status, brought there by its own API.</summary>
    /// <param name="stops">Places on the way.</param>
    public async Task<MatchConfirmed> Ride(
        RideStatus status = RideStatus.DriverAssigned, Guid? passenger = null, Guid? driver = null, DateTimeOffset? confirmedAt = null,
        params GeoPoint[] stops)
    {
        var match = Samples.Match(passenger, driver, confirmedAt) with { Stops = stops.Length == 0 ? null : stops };
        await Bus.Publish(Ct, match);
        await Eventually.Get(() => StatusOf(match), each => each is not null, Ct);
        foreach (var step in new[] { RideStatus.DriverArrived, RideStatus.InProgress, RideStatus.Completed }.TakeWhile(step => step <= status))
        {
            using var answer = await Step(match, step);
            Assert.True(answer.IsSuccessStatusCode, $"{step}: {answer.StatusCode}");
        }

        return match;
    }

    /// <summary>The driver's next step.</summary>
    public async Task<HttpResponseMessage> Step(MatchConfirmed match, RideStatus step, string? key = null) => step switch
    {
        RideStatus.DriverArrived => await Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/arrive", match.DriverId, new { position = match.Pickup }, key),
        RideStatus.InProgress => await Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/start", match.DriverId, new { pin = await PinOf(match), position = match.Pickup }, key),
        _ => await Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/complete", match.DriverId, new { position = match.DropOff }, key),
    };

    /// <summary>The PIN, as the passenger's app shows it.</summary>
    public async Task<string> PinOf(MatchConfirmed match)
    {
        using var answer = await Send(HttpMethod.Get, $"/v1/rides/{match.RideId}/pin", match.PassengerId);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("pin").GetString()!;
    }

    /// <summary>The status in the database; null before the ride exists.</summary>
    public Task<string?> StatusOf(MatchConfirmed match) => Scalar<string?>("select status from ride.rides where ride_id = @RideId", match);

    /// <summary>One value about a ride, read as the owner of the database.</summary>
    public async Task<T?> Scalar<T>(string sql, MatchConfirmed match)
    {
        await using var database = await servers!.Owner.OpenConnectionAsync(Ct);
        return await database.ExecuteScalarAsync<T>(new(sql, new { match.RideId, match.DriverId, match.PassengerId }, cancellationToken: Ct));
    }

    /// <summary>How many of these events ride has handled; each counts once, however often it was delivered.</summary>
    public async Task<long> Heard(IEnumerable<Event> events)
    {
        await using var database = await servers!.Owner.OpenConnectionAsync(Ct);
        var ids = events.Select(happened => happened.EventId).ToArray();
        return await database.ExecuteScalarAsync<long>(new("select count(*) from ride.inbox where event_id = any(@ids)", new { ids }, cancellationToken: Ct));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (Bus is not null)
        {
            await Bus.DisposeAsync();
        }

        if (servers is not null)
        {
            await servers.DisposeAsync();
        }
    }
}
