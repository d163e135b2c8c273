using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tumpang.AppHost;
using Tumpang.Billing.Tests;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(BillingFleet))]

namespace Tumpang.Billing.Tests;

/// <summary>Two copies of billing as processes, and a third pair of hands with billing's own role and keys.</summary>
public sealed class BillingFleet : IAsyncLifetime
{
    /// <summary>Short waits; but no ride is overdue before its test says so, however slowly a busy machine delivers what the test sends.</summary>
    static readonly Dictionary<string, string> Settings = new()
    {
        ["Billing__TrackDeadline"] = "00:10:00",
        ["Billing__SweepInterval"] = "00:00:00.2",
        ["Billing__Payouts__Schedule"] = "Daily",
        ["Billing__Payouts__At"] = HoursAgoInNewYork(6),
        ["Billing__Payouts__SweepInterval"] = "00:00:00.5",
        ["Billing__Surge__Every"] = "00:00:00.3",
        ["Billing__Surge__Refresh"] = "00:00:00.1",
        ["Billing__Surge__BelievedFor"] = "00:00:03",
        ["Billing__Surge__QuotesCountFor"] = "00:00:10",
    };

    /// <summary>No batch begins by itself while the tests run.</summary>
    static string HoursAgoInNewYork(int hours) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow.AddHours(-hours), TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).ToString("HH:mm");

    readonly HttpClient http = new();
    TestServers? servers;
    Fleet? fleet;
    ServiceProvider? hands;
    int turn;

    /// <summary>When billing had started.</summary>
    public DateTimeOffset StartedAt { get; private set; }

    /// <summary>The operator of these tests.</summary>
    public Guid Operator { get; } = Guid.CreateVersion7();

    /// <summary>The database as billing's own role may use it.</summary>
    public Database Database => Hands.GetRequiredService<Database>();

    /// <summary>The database as its owner sees it.</summary>
    public NpgsqlDataSource Owner => Servers.Owner;

    /// <summary>Signs quotes with billing's key.</summary>
    public QuoteToken Tokens => Hands.GetRequiredService<QuoteToken>();

    internal TestBus Bus { get; private set; } = null!;

    /// <summary>What match and location count.</summary>
    internal FakeCounts Counts { get; } = new();

    TestServers Servers => servers ?? throw new InvalidOperationException("The fleet has not started.");

    ServiceProvider Hands => hands ?? throw new InvalidOperationException("The fleet has not started.");

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        servers = await TestServers.Start("Billing.Tests", ct);
        await Counts.Start();
        string[] counted = ["services__match__http__0", "services__match__http__1", "services__location__http__0", "services__location__http__1"];
        fleet = await servers.Run(["billing"], copies: 2, Settings.Concat(counted.Select(name => KeyValuePair.Create(name, Counts.Url))).ToDictionary(), ct);
        StartedAt = DateTimeOffset.UtcNow;
        hands = AsBilling(fleet.Options);
        Bus = await TestBus.Connect(hands.GetRequiredService<IConfiguration>(), ct);
        // The batch that was due hours ago is over before anybody has earned anything.
        await Books.Until("the payouts of the day are over", async () => await this.Count("billing.payout_batches where currency in ('USD', 'IDR')", new { }) == 2);
    }

    /// <summary>A phone's request, to one copy and the other in turn, or to the one that is named: others take turns at the same time.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, Guid? user, bool driver = true, int? at = null)
    {
        var copy = fleet!.Processes[at ?? (Interlocked.Increment(ref turn) & 1)];
        var request = new HttpRequestMessage(method, new Uri(copy.Url, path));
        if (user is { } id)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", driver ? Servers.Tokens.Driver(id) : Servers.Tokens.Passenger(id));
        }

        return request;
    }

    /// <summary>An operator's request, to one copy and the other in turn, or to the one that is named.</summary>
    public HttpRequestMessage RequestOfOperator(HttpMethod method, string path, Guid user, int? at = null)
    {
        var request = Request(method, path, user: null, at: at);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Servers.Tokens.Operator(user));
        return request;
    }

    /// <summary>Likewise, with a body and a key.</summary>
    public HttpRequestMessage OperatorRequest(HttpMethod method, string path, object? body = null, int? at = null)
    {
        var request = RequestOfOperator(method, path, Operator, at);
        if (body is not null)
        {
            request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            request.Content = JsonContent.Create(body, options: Json.Options);
        }

        return request;
    }

    /// <summary>Sends it.</summary>
    public Task<HttpResponseMessage> Send(HttpRequestMessage request) => http.SendAsync(request, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Bus is not null) await Bus.DisposeAsync();
        if (hands is not null) await hands.DisposeAsync();
        if (servers is not null) await servers.DisposeAsync();
        await Counts.DisposeAsync();
        http.Dispose();
    }

    /// <summary>What a copy of billing holds, without its endpoints and consumers.</summary>
    static ServiceProvider AsBilling(FleetOptions options)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(ProcessEnvironment.Of(Topology.Find("billing"), 0, options)
            .Select(variable => new KeyValuePair<string, string?>(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value)));
        builder.AddServiceDefaults("billing");
        builder.AddPostgres(schema: "billing");
        builder.Services.AddSingleton<QuoteToken>();
        return builder.Services.BuildServiceProvider();
    }
}
