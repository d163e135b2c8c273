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

    public TestBus Bus { get; private set; } = null!;

    /// <summary>Issues tokens.</summary>
    public TestTokens Tokens => servers!.Tokens;

    /// <summary>The address of one copy of realtime.</summary>
    public Uri Copy(int number) => fleet!["realtime"][number].Url;

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        servers = await TestServers.Start("Realtime.Tests", ct);
        Bus = await TestBus.Connect(servers, ct);
        fleet = await servers.Run(["location", "realtime"], ct: ct);
    }

    /// <summary>Opens the socket of a user at a copy.</summary>
    public Task<TestSocket> Open(Guid user, int copy = 0, string? lastId = null, bool driver = true) =>
        TestSocket.Open(Copy(copy), driver ? Tokens.Driver(user) : Tokens.Passenger(user), lastId);

    /// <summary>Redis forgets everything.</summary>
    public async Task EmptyRedis()
    {
        var options = ConfigurationOptions.Parse(servers!.Addresses.Redis);
        options.AllowAdmin = true;
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
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
}
