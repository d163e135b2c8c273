using System.Collections.Concurrent;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Users.Tests.UserServices))]

namespace Tumpang.Users.Tests;

/// <summary>Two copies of user, and the sandbox, which sends their messages.</summary>
public sealed class UserServices : IAsyncLifetime
{
    const string OperatorNumber = "+12125550100";

    /// <summary>Whether somebody answers in time is not what is tested here, and a machine that stands still for a while answers nobody.</summary>
    static readonly Dictionary<string, string> Settings = new()
    {
        ["Operators__PhoneNumbers"] = OperatorNumber,
        ["Redis__Patience"] = "00:01:00",
        ["Resilience__TryTimeout"] = "00:01:00",
    };

    /// <summary>All keys of a pattern at one instant: key, value and milliseconds to live, -1 for ever.</summary>
    const string DumpKeys = """
        local entries = {}
        for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
            local value = redis.call('TYPE', key).ok == 'hash' and table.concat(redis.call('HGETALL', key), ' ') or redis.call('GET', key)
            table.insert(entries, { key, value, redis.call('PTTL', key) })
        end
        return entries
        """;

    readonly SemaphoreSlim operatorLogin = new(1);
    TestServers servers = null!;
    Fleet fleet = null!;
    HttpClient[] copies = [];
    Phone? operatorPhone;
    int turn;

    internal HttpClient NextCopy => copies[(uint)Interlocked.Increment(ref turn) % copies.Length];

    internal HttpClient Sandbox { get; private set; } = null!;

    internal TestBus Bus { get; private set; } = null!;

    /// <summary>The database as its owner sees it.</summary>
    internal NpgsqlDataSource Owner => servers.Owner;

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("User.Tests");
        fleet = await servers.Run(["sandbox", "user"], settings: Settings);
        copies = [.. fleet["user"].Select(process => new HttpClient { BaseAddress = process.Url })];
        Sandbox = new() { BaseAddress = fleet["sandbox"][0].Url };
        Bus = await TestBus.Connect(servers, TestContext.Current.CancellationToken);
    }

    /// <summary>Another copy of user, behind a wire to Redis; what the runner said while it started it.</summary>
    internal async Task<IReadOnlyList<string>> StartAnotherBehind(RedisWire wire)
    {
        var said = new ConcurrentQueue<string>();
        servers.Progress = new Listener(said);
        await servers.Run(["user"], copies: 1, new Dictionary<string, string> { ["ConnectionStrings__redis"] = wire.ConnectionString });
        return [.. said];
    }

    internal RedisWire Wire() => new(servers.Addresses.Redis);

    sealed class Listener(ConcurrentQueue<string> said) : IProgress<string>
    {
        public void Report(string value) => said.Enqueue(value);
    }

    /// <summary>One operator for all tests: a number gets few codes.</summary>
    internal async Task<Phone> Operator()
    {
        await operatorLogin.WaitAsync();
        try
        {
            return operatorPhone ??= await new Phone(this) { Number = OperatorNumber }.LogIn();
        }
        finally
        {
            operatorLogin.Release();
        }
    }

    /// <summary>The store as a copy of user has it, for races that no number of codes could produce.</summary>
    internal (Database Database, AccountStore Accounts) Accounts()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:postgres", servers.Addresses.Postgres), new("Secrets:PersonalDataKey", servers.Secrets["PersonalDataKey"])]);
        builder.AddPostgres("users");
        var database = builder.Services.BuildServiceProvider().GetRequiredService<Database>();
        var personalData = new PersonalData(builder.Configuration);
        return (database, new(database, personalData, new(builder.Configuration, personalData)));
    }

    internal async Task<long> Count(string sql, object? parameters = null)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }

    /// <summary>How many events of a type carry this id, on their way or sent.</summary>
    internal Task<long> Events(string type, string idField, Guid id) => Count(
        """
        select count(*)
        from   (select event_type, payload from users.outbox union all select event_type, payload from users.outbox_archive) published
        where  event_type = @type and payload::jsonb ->> @idField = @Id
        """,
        new { type, idField, Id = id.ToString() });

    internal async Task Execute(string sql, object parameters)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync();
        Assert.True(await connection.ExecuteAsync(sql, parameters) > 0);
    }

    internal async Task<string?> SqlStateOf(string sql, object parameters)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync();
        return (await Record.ExceptionAsync(() => connection.ExecuteAsync(sql, parameters)) as PostgresException)?.SqlState;
    }

    /// <summary>Every row of every table of the schema, as text.</summary>
    internal async Task<string> DumpSchema(string schema)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync();
        var tables = await connection.QueryAsync<string>("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = @schema", new { schema });
        var rows = new List<string>();
        foreach (var table in tables)
        {
            rows.AddRange(await connection.QueryAsync<string>($"select t::text from {table} t"));
        }

        return string.Join('\n', rows);
    }

    internal async Task<IReadOnlyList<(string Key, string Value, TimeSpan? TimeToLive)>> DumpRedis(string pattern)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(servers.Addresses.Redis + ",connectTimeout=60000");
        var entries = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(DumpKeys, values: [pattern]))!;
        return
        [
            .. entries.Select(entry => (RedisResult[])entry!).Select(entry => (
                (string)entry[0]!, Encoding.Latin1.GetString((byte[])entry[1]!), (long)entry[2] is >= 0 and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : (TimeSpan?)null)),
        ];
    }

    internal async Task<string> ReadLogs() => string.Join('\n', await Task.WhenAll(fleet["user"].Select(copy => File.ReadAllTextAsync(copy.LogFile))));

    internal async Task<int> Get(string path, IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await NextCopy.SendAsync(request);
        return (int)response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Bus.DisposeAsync();
        await servers.DisposeAsync();
        Sandbox.Dispose();
        operatorLogin.Dispose();
        foreach (var copy in copies) copy.Dispose();
    }
}
