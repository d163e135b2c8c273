using StackExchange.Redis;
using Tumpang.Realtime.Tests;
using Tumpang.Runner.Fleets;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(RealtimeFleet))]

namespace Tumpang.Realtime.Tests;

/// <summary>Two copies of realtime, and of location behind them, on a virtual host and a Redis of their own.</summary>
public sealed class RealtimeFleet : IAsyncLifetime
{
    TestServers? servers;
    Fleet? fleet;
    Fleet? impatient;

    public TestBus Bus { get; private set; } = null!;

    /// <summary>Issues tokens.</summary>
    public TestTokens Tokens => servers!.Tokens;

    /// <summary>The address of one copy of realtime.</summary>
    public Uri Copy(int number) => fleet!["realtime"][number].Url;

    /// <summary>The address of another copy, which waits for a pong for four seconds only.</summary>
    public Uri Impatient => impatient!["realtime"][0].Url;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        servers = await TestServers.Start("Realtime.Tests", ct);
        Bus = await TestBus.Connect(servers, ct);
        fleet = await servers.Run(["location", "realtime"], ct: ct);
        impatient = await servers.Run(["realtime"], copies: 1, new Dictionary<string, string> { ["Realtime__PingEvery"] = "00:00:02" }, ct);
    }

    /// <summary>Opens the socket of a user at a copy.</summary>
    public Task<TestSocket> Open(Guid user, int copy = 0, string? lastId = null, bool driver = true) =>
        TestSocket.Open(Copy(copy), driver ? Tokens.Driver(user) : Tokens.Passenger(user), lastId);

    /// <summary>Whether any copy says that it holds a socket of this user.</summary>
    public async Task<bool> HoldsSocketOf(Guid user)
    {
        using var redis = await Redis();
        return await redis.GetDatabase().KeyExistsAsync($"realtime:{{{user:n}}}:holder");
    }

    /// <summary>Redis forgets everything.</summary>
    public async Task EmptyRedis()
    {
        using var redis = await Redis();
        await redis.GetServer(redis.GetEndPoints()[0]).FlushAllDatabasesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Bus is not null)
        {
            await Bus.DisposeAsync();
        }

        if (servers is not null)
        {
            await servers.DisposeAsync();
        }
    }

    Task<ConnectionMultiplexer> Redis()
    {
        var options = ConfigurationOptions.Parse(servers!.Addresses.Redis);
        options.AllowAdmin = true;
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
