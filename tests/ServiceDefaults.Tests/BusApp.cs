using System.Collections.Concurrent;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults.Tests;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(BusApp))]

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>A service of nothing but the defaults, in this process, on real stores: its schema is bench, it hears RideRated.</summary>
public sealed class BusApp : IAsyncLifetime
{
    static readonly FleetSubscriptions Queues = new([new("bench", "bench-on-ride-rated", typeof(RideRated))]);

    TestServers? servers;
    WebApplication? app;

    /// <summary>The schema, as the service uses it.</summary>
    public Database Database => app!.Services.GetRequiredService<Database>();

    /// <summary>What the handler was given, and how it is told to fail.</summary>
    public RecordRating Handler => app!.Services.GetRequiredService<RecordRating>();

    /// <summary>host:port,password=… of this program's Redis.</summary>
    public string Redis => servers!.Redis.ConnectionString;

    /// <summary>The stores and a free port, for further services of this program.</summary>
    public IReadOnlyDictionary<string, string?> Settings => SettingsOf(servers!);

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        servers = await TestServers.Start("ServiceDefaults.Tests", ct);
        await using (var command = servers.Owner.CreateCommand(
            "create schema bench; select platform.create_messaging_tables('bench'); create table bench.effects (id bigint generated always as identity, what text not null)"))
        {
            await command.ExecuteNonQueryAsync(ct);
        }

        app = Build(servers);
        await app.StartAsync(ct);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    /// <summary>How often something took effect.</summary>
    public async Task<long> Effects(string what)
    {
        await using var connection = await servers!.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<long>("select count(*) from bench.effects where what = @what", new { what });
    }

    /// <summary>How often an event was confirmed by the broker.</summary>
    public async Task<long> Archived(Guid eventId)
    {
        await using var connection = await servers!.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<long>("select count(*) from bench.outbox_archive where event_id = @eventId", new { eventId });
    }

    /// <summary>Delivers an event as the broker would, again and again if asked.</summary>
    public async Task Deliver(params IEnumerable<Event> events)
    {
        await using var bus = await TestBus.Connect(servers!, TestContext.Current.CancellationToken, Queues.All);
        await bus.Publish(TestContext.Current.CancellationToken, events);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        if (servers is not null)
        {
            await servers.DisposeAsync();
        }
    }

    static Dictionary<string, string?> SettingsOf(TestServers servers) => new(StringComparer.Ordinal)
    {
        ["ConnectionStrings:postgres"] = servers.Addresses.Postgres,
        ["ConnectionStrings:rabbitmq"] = servers.Addresses.RabbitMq,
        ["urls"] = "http://127.0.0.1:0",
    };

    static WebApplication Build(TestServers servers)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(SettingsOf(servers));
        builder.AddServiceDefaults("bench").AddPostgres("bench").AddBus(Queues, bus => bus.Handle<RideRated, RecordRating>());
        builder.Logging.ClearProviders();
        var built = builder.Build();
        built.MapServiceDefaults();
        built.MapPost("/effects", Effect.Handle).Idempotent().AllowAnonymous();
        return built;
    }
}

/// <summary>An endpoint that leaves one row, or refuses.</summary>
static class Effect
{
    public sealed record Request(string What, bool Refuse = false, bool Keep = false);

    public static async Task<IResult> Handle(Request request, Transaction transaction, CancellationToken ct)
    {
        await transaction.Execute("insert into bench.effects (what) values (@What)", new { request.What }, ct);
        if (request.Keep)
        {
            transaction.KeepWhenRefused();
        }

        return request.Refuse ? new Problem(409, "refused", "As you wished.").ToHttp() : TypedResults.Ok(new { request.What, at = Guid.NewGuid() });
    }
}

/// <summary>Leaves a row per event; fails as often as a test wants.</summary>
public sealed class RecordRating : IEventHandler<RideRated>
{
    readonly ConcurrentDictionary<Guid, int> failures = new();

    /// <summary>Rides whose events this handler can never digest.</summary>
    public ConcurrentDictionary<Guid, bool> Poison { get; } = new();

    /// <summary>The order in which events of one ride took effect.</summary>
    public ConcurrentDictionary<Guid, ConcurrentQueue<long>> Order { get; } = new();

    /// <summary>Fails this often for the ride, as a store that is away would.</summary>
    public void FailTransiently(Guid rideId, int times) => failures[rideId] = times;

    public async Task Handle(RideRated happened, Transaction transaction, CancellationToken ct)
    {
        await transaction.Execute("insert into bench.effects (what) values (@What)", new { What = happened.RideId.ToString() }, ct);
        if (Poison.ContainsKey(happened.RideId))
        {
            throw new InvalidOperationException("This event makes no sense.");
        }

        if (failures.TryGetValue(happened.RideId, out var left) && left > 0)
        {
            failures[happened.RideId] = left - 1;
            throw new TimeoutException("The store is away.");
        }

        Order.GetOrAdd(happened.RideId, _ => new()).Enqueue(happened.Version);
    }
}
