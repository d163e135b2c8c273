using Npgsql;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;
using Xunit;

namespace Tumpang.Runner.Tests;

[Collection(nameof(RealServers))]
public sealed class StoresTests : IAsyncDisposable
{
    static readonly string[] Names = ["postgres", "redis", "rabbitmq", "epmd"];

    readonly TestPlace place = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_keep_their_data_over_a_restart_and_leave_no_process_behind()
    {
        var heard = new Heard();
        var first = await Start(heard);
        await Execute(first, "create table kept as select 42 as answer");
        var left = Running(first);

        // As after a crash: nobody stopped the first ones.
        var second = await Start(heard);
        Assert.Contains(heard.Lines, line => line.StartsWith("stopped what an earlier run had left", StringComparison.Ordinal));
        Assert.DoesNotContain(left, process => process.IsAlive);
        Assert.Equal(42, await Execute(second, "select answer from kept"));
        var running = Running(second);
        Assert.Equal(Names.Length, running.Count);

        await second.DisposeAsync();
        Assert.DoesNotContain(running, process => process.IsAlive);
        Assert.DoesNotContain([Ports.Postgres, Ports.Redis, Ports.RabbitMq, Ports.ErlangPortMapper], port => PortCheck.IsTaken(place.PortBase + port));
        Assert.Empty(Directory.GetFiles(Path.Combine(place.Directory, "run")));
    }

    [Fact]
    public async Task A_port_in_use_is_named_and_nothing_stays_up()
    {
        using var squatter = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, place.PortBase + Ports.Redis);
        squatter.Start();

        var refused = await Assert.ThrowsAsync<FleetException>(() => Start(new Heard()));

        Assert.Contains($"Port {place.PortBase + Ports.Redis}, which redis needs, is in use", refused.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(place.Directory, "run")));
    }

    [Fact]
    public void A_closed_directory_sends_the_files_of_the_servers_elsewhere()
    {
        Assert.SkipUnless(ServerFiles.NeedsAccounts, "Only root gives servers accounts of their own.");
        var heard = new Heard();
        File.SetUnixFileMode(place.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        ServerFiles.For(place.Directory, heard);
        ServerFiles.Wipe(place.Directory);

        Assert.Contains("/var/lib/tumpang/", Assert.Single(heard.Lines));
    }

    public ValueTask DisposeAsync() => place.DisposeAsync();

    Task<Stores> Start(IProgress<string> heard) => Stores.Start(new StoreOptions(place.Directory, place.PortBase) { VirtualHosts = ["Runner.Tests"] }, heard, Ct);

    static List<ProcessIdentity> Running(Stores stores) => [.. Names.Select(stores.Processes.Find).OfType<ProcessIdentity>()];

    static async Task<object?> Execute(Stores stores, string sql)
    {
        await using var postgres = NpgsqlDataSource.Create(stores.Addresses.Postgres + ";Pooling=false");
        await using var command = postgres.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
