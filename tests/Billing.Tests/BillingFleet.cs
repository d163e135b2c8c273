using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tumpang.AppHost;
using Tumpang.Billing.Tests;
using Tumpang.Contracts;
using Tumpang.Runner.Commands;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;
using Xunit;

[assembly: AssemblyFixture(typeof(BillingFleet))]

namespace Tumpang.Billing.Tests;

/// <summary>
/// Two copies of billing as processes, on a database, a virtual host and ports of their own. ./fleet test hands the servers over;
/// started by hand the tests start servers themselves.
/// </summary>
public sealed class BillingFleet : IAsyncLifetime
{
    const string DatabaseName = "billing_tests";
    const string VirtualHost = "Billing.Tests";
    const int PortsByHand = 27_400;

    readonly List<HttpClient> copies = [];
    Stores? own;
    Fleet? fleet;
    ServiceProvider? services;
    NpgsqlDataSource? owner;
    int turn;

    /// <summary>The database as billing's own role may use it.</summary>
    public Database Database => Services.GetRequiredService<Database>();

    /// <summary>The database as its owner sees it.</summary>
    public NpgsqlDataSource Owner => owner ?? throw new InvalidOperationException("The fleet has not started.");

    /// <summary>Signs quotes with billing's key.</summary>
    public QuoteToken Tokens => Services.GetRequiredService<QuoteToken>();

    internal TestBus Bus { get; private set; } = null!;

    IServiceProvider Services => services ?? throw new InvalidOperationException("The fleet has not started.");

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        var handed = TestStores.Handed ?? await StartOwn(ct);
        var stores = handed.Addresses.WithDatabase(DatabaseName).WithVirtualHost(VirtualHost);
        await CreateDatabase(handed.Postgres, ct);
        var options = new FleetOptions(Repository.Find(), Path.Combine(handed.DataDirectory, VirtualHost), handed.PortBase, stores, Secrets.Open(handed.DataDirectory))
        {
            Replicas = 2,
            Services = [Topology.Find("billing")],
            Settings = new Dictionary<string, string> { ["Billing__TrackDeadline"] = "00:00:05", ["Billing__SweepInterval"] = "00:00:00.2" },
        };
        fleet = await Fleet.Start(options, ct: ct);
        copies.AddRange(fleet.Processes.Select(process => new HttpClient { BaseAddress = process.Url }));
        owner = NpgsqlDataSource.Create(stores.Postgres);
        services = AsBilling(options);
        Bus = await TestBus.Connect(Services.GetRequiredService<IConfiguration>(), ct);
    }

    /// <summary>A phone that talks to one copy and the other in turn.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path, Guid? user, bool driver = true)
    {
        var request = new HttpRequestMessage(method, new Uri(copies[Interlocked.Increment(ref turn) & 1].BaseAddress!, path));
        if (user is { } id)
        {
            string[] roles = driver ? [Role.Passenger, Role.Driver] : [Role.Passenger];
            var token = Services.GetRequiredService<TokenIssuer>().Issue(id, Guid.CreateVersion7(), Guid.CreateVersion7(), roles).AccessToken;
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    /// <summary>Sends it.</summary>
    public Task<HttpResponseMessage> Send(HttpRequestMessage request) => copies[0].SendAsync(request, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Bus is not null) await Bus.DisposeAsync();
        if (services is not null) await services.DisposeAsync();
        if (owner is not null) await owner.DisposeAsync();
        copies.ForEach(copy => copy.Dispose());
        if (fleet is not null) await fleet.DisposeAsync();
        if (own is not null) await own.DisposeAsync();
    }

    async Task<TestStores> StartOwn(CancellationToken ct)
    {
        var directory = Path.Combine(Path.GetTempPath(), "tumpang-billing-tests");
        own = await Stores.Start(new StoreOptions(directory, PortsByHand) { VirtualHosts = [VirtualHost] }, ct: ct);
        return new(own.Addresses.Postgres, own.Addresses.Redis, own.Addresses.RabbitMq, directory, PortsByHand, PortsByHand + (2 * Ports.PerFleet));
    }

    static async Task CreateDatabase(string postgres, CancellationToken ct)
    {
        await using var server = NpgsqlDataSource.Create(postgres);
        foreach (var statement in new[] { $"drop database if exists {DatabaseName} with (force)", $"create database {DatabaseName}" })
        {
            await using var command = server.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    /// <summary>What a copy of billing has in its hands, without its endpoints and consumers: its role, its keys, its tokens.</summary>
    static ServiceProvider AsBilling(FleetOptions options)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(ProcessEnvironment.Of(Topology.Find("billing"), 0, options)
            .Select(variable => new KeyValuePair<string, string?>(variable.Key.Replace("__", ":", StringComparison.Ordinal), variable.Value)));
        builder.AddServiceDefaults("billing");
        builder.AddPostgres(schema: "billing");
        builder.Services.AddSingleton<QuoteToken>();
        builder.Services.AddSingleton<TokenIssuer>();
        return builder.Services.BuildServiceProvider();
    }
}
