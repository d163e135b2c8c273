using System.Text.Json;
using Dapper;
using Npgsql;
using StackExchange.Redis;
using Tumpang.AppHost;
using Tumpang.Contracts;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Location.Tests.Service;

/// <summary>Two copies of location as processes, on a database, a virtual host and a Redis of their own.</summary>
public abstract class LocationServers : IAsyncLifetime
{
    /// <summary>For connections of the test's own. Only in connecting: one that is left waits as long as for an answer, for a call that nobody awaits any more.</summary>
    const string Patiently = "abortConnect=false,connectTimeout=60000";

    readonly ClockSetting clock;
    readonly IReadOnlyDictionary<string, string> settings;
    TestServers servers = null!;
    ConnectionMultiplexer redis = null!;
    Fleet fleet = null!;

    /// <param name="factor">City seconds per system second.</param>
    /// <param name="settings">Variables for the processes, on top of the contract.</param>
    protected LocationServers(double factor, IReadOnlyDictionary<string, string> settings)
    {
        var now = TimeProvider.System.GetUtcNow();
        (clock, this.settings) = (new ClockSetting(now, now, factor), settings);
    }

    /// <summary>As the owner of the database: tests look at everything.</summary>
    public NpgsqlDataSource Postgres => servers.Owner;

    /// <summary>City time.</summary>
    public DateTimeOffset Now => clock.CityStart + ((TimeProvider.System.GetUtcNow() - clock.SystemStart) * clock.Factor);

    public async ValueTask InitializeAsync()
    {
        // A machine that stands still for a moment is no outage.
        RedisExtensions.Patience = TimeSpan.FromSeconds(20);
        servers = await TestServers.Start("Location.Tests", Test.Ct);
        redis = await ConnectionMultiplexer.ConnectAsync(servers.Redis.ConnectionString + ",allowAdmin=true," + Patiently);
        fleet = await servers.Run(["location"], copies: 2, settings: clock.Variables.Concat(settings).Append(new("Redis__Patience", "00:00:10")).ToDictionary(), ct: Test.Ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (redis is not null) await redis.CloseAsync();
        if (servers is not null) await servers.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public HttpClient Client(Guid userId, params string[] roles) => Client(userId, copy: 0, roles);

    /// <summary>A phone with this user's token, at one of the two copies.</summary>
    public HttpClient Client(Guid userId, int copy, params string[] roles)
    {
        var token = roles.Contains(Role.Operator) ? servers.Tokens.Operator(userId)
            : roles.Contains(Role.Driver) ? servers.Tokens.Driver(userId)
            : servers.Tokens.Passenger(userId);
        var client = new HttpClient { BaseAddress = fleet["location"][copy].Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>Another service of the fleet, with its key.</summary>
    public HttpClient ServiceClient(string caller)
    {
        var client = new HttpClient { BaseAddress = fleet["location"][0].Url };
        client.DefaultRequestHeaders.Add("X-Service-Name", caller);
        client.DefaultRequestHeaders.Add("X-Service-Key", servers.Secrets[Contract.KeyOf(caller)]);
        return client;
    }

    /// <summary>Puts the neighbours' events on the bus, in this order. A relay publishes whatever an outbox holds, so location's serves.</summary>
    public async Task Publish(params Event[] events)
    {
        const string Sql = """
            insert into location.outbox (event_id, shard, aggregate_id, event_type, payload)
            values (@EventId, 0, @AggregateId, @Type, @Payload)
            """;
        await using var connection = await Postgres.OpenConnectionAsync(Test.Ct);
        foreach (var happened in events)
        {
            var (type, payload) = (happened.GetType().Name, JsonSerializer.Serialize(happened, happened.GetType(), Json.Options));
            await connection.ExecuteAsync(Sql, new { happened.EventId, happened.AggregateId, type, payload });
        }
    }

    /// <summary>A connection to Redis of a test's own.</summary>
    public Task<ConnectionMultiplexer> ConnectToRedis(RedisWire? wire = null) =>
        ConnectionMultiplexer.ConnectAsync(wire is null ? $"{servers.Redis.ConnectionString},{Patiently}" : wire.ConnectionString + ",abortConnect=false");

    /// <summary>A wire to Redis that can be cut without a sound.</summary>
    public RedisWire WireToRedis() => new(servers.Redis.ConnectionString);

    public Task FlushRedis() => RedisServer.FlushAllDatabasesAsync();

    /// <summary>Redis is gone while <paramref name="meanwhile"/> runs.</summary>
    public async Task WithoutRedis(Func<Task> meanwhile)
    {
        await servers.Redis.Kill();
        try
        {
            await meanwhile();
        }
        finally
        {
            await servers.Redis.Start(Test.Ct);
            await WaitUntilHealthy();
            await Test.Until(() => Task.FromResult(redis.IsConnected));
        }
    }

    /// <summary>How often Redis has run a command since it started, those inside scripts included.</summary>
    public async Task<long> CallsOfRedis(string command)
    {
        var line = (await RedisServer.InfoAsync("commandstats")).SelectMany(section => section).FirstOrDefault(entry => entry.Key == $"cmdstat_{command}").Value;
        return line is null ? 0 : long.Parse(line.Split(',')[0].Split('=')[1]);
    }

    /// <summary>Kills both copies as a crash would, and starts them again.</summary>
    public async Task CrashAndRestart()
    {
        await Task.WhenAll(fleet["location"].Select(copy => copy.Kill()));
        foreach (var copy in fleet["location"]) copy.Start();
        await WaitUntilHealthy();
    }

    Task WaitUntilHealthy() => Task.WhenAll(fleet["location"].Select(copy => copy.WaitUntilHealthy(TimeSpan.FromMinutes(2), Test.Ct)));

    IServer RedisServer => redis.GetServer(redis.GetEndPoints()[0]);
}
