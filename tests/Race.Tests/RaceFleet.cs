using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Race.Tests.RaceFleet))]

namespace Tumpang.Race.Tests;

/// <summary>Two copies each of location, match and ride. Everything is short, so that all deadlines are met and missed often.</summary>
public sealed class RaceFleet : IAsyncLifetime
{
    static readonly Dictionary<string, string> Settings = new()
    {
        ["Matching__Default__OfferTime"] = "00:00:02",
        ["Matching__Default__ShortestOfferTime"] = "00:00:00",
        ["Matching__Default__SearchTime"] = "00:00:06",
        ["Matching__Default__DispatchWindow"] = "00:00:00.100",
        ["Matching__Cities__jakarta__Mode"] = "Broadcast",
        ["Matching__Cities__jakarta__PassengerConfirms"] = "true",
        ["Matching__Cities__jakarta__PassengerConfirmTime"] = "00:00:02",
    };

    readonly HttpClient http = new();
    readonly Dictionary<string, IReadOnlyList<Uri>> copies = [];
    readonly ConcurrentBag<string> failures = [];
    TestServers servers = null!;
    int turn;

    /// <summary>Answers that no client may ever get.</summary>
    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>Signs quotes as billing does.</summary>
    internal QuoteToken Quotes { get; private set; } = null!;

    internal TestBus Bus { get; private set; } = null!;

    /// <summary>The database as its owner.</summary>
    internal NpgsqlDataSource Database => servers.Owner;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        servers = await TestServers.Start("Race.Tests", ct);
        Bus = await TestBus.Connect(servers, ct);
        Quotes = new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:QuoteSigningKey", servers.Secrets["QuoteSigningKey"])]).Build());
        var fleet = await servers.Run(["location", "match", "ride"], copies: 2, Settings, ct);
        foreach (var service in new[] { "location", "match", "ride" }) copies[service] = [.. fleet[service].Select(copy => copy.Url)];
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await Bus.DisposeAsync();
        await servers.DisposeAsync();
    }

    internal string TokenOf(Guid userId, bool driver) => driver ? servers.Tokens.Driver(userId) : servers.Tokens.Passenger(userId);

    /// <summary>Calls one copy and the other in turn, so that what races meets in the database and not in a process.</summary>
    internal async Task<Reply> Send(string service, HttpMethod method, string path, string token, object? body, CancellationToken ct)
    {
        var copy = copies[service][(int)((uint)Interlocked.Increment(ref turn) % copies[service].Count)];
        using var request = new HttpRequestMessage(method, new Uri(copy, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options);
        using var answer = await http.SendAsync(request, ct);
        var reply = new Reply(answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(ct));
        if (!reply.IsExpected) failures.Add($"{method} {path}: {(int)reply.Status} {reply.Text}");
        return reply;
    }
}
