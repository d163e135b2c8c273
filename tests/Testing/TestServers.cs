using Npgsql;
using Tumpang.AppHost;
using Tumpang.Runner.Commands;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Testing;

/// <summary>
/// The servers of one test program, and the services that it runs on them. Servers are shared, state is not: a database cloned from a
/// migrated template, a virtual host of the project's name, a Redis server of its own. Under ./fleet test the servers are there
/// already; a program started by hand starts its own.
/// </summary>
public sealed class TestServers : IAsyncDisposable
{
    /// <summary>Copies of one service in one fleet: the ports of the next fleet come after theirs.</summary>
    const int CopiesPerFleet = 3;

    /// <summary>Redis has the last of the free ports; services end before it.</summary>
    const int RedisPort = Ports.PerFleet - 5;

    readonly Stores? own;
    readonly TestStores shared;
    readonly string directory;
    readonly List<Fleet> fleets = [];
    int fleetsStarted;

    TestServers(string project, TestStores shared, Stores? own)
    {
        (this.shared, this.own) = (shared, own);
        Repository = Repository.Find();
        directory = Path.Combine(shared.DataDirectory, project);
        Directory.CreateDirectory(Path.Combine(directory, "logs"));
        Secrets = Secrets.Open(shared.DataDirectory);
        Redis = new(
            Path.Combine(directory, "redis"), shared.FreePorts + RedisPort, Secrets[Contract.PasswordOf(Topology.NameOf(Store.Redis))],
            Path.Combine(directory, "logs", "redis.log"), new ProcessRegistry(Path.Combine(directory, "redis", "run")));
        Addresses = Patient(shared.Addresses.WithDatabase($"{project}_{Guid.NewGuid():N}".ToLowerInvariant()).WithVirtualHost(project)) with { Redis = Redis.ConnectionString };
        Owner = NpgsqlDataSource.Create(Addresses.Postgres);
        Tokens = new(Addresses.Postgres);
    }

    /// <summary>The working copy whose build runs.</summary>
    public Repository Repository { get; }

    /// <summary>The generated secrets that the services are handed.</summary>
    public Secrets Secrets { get; }

    /// <summary>Database, Redis and virtual host of this program alone.</summary>
    public StoreAddresses Addresses { get; }

    /// <summary>The database as its owner, who may read and break everything.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>Redis, to be flushed, stopped or frozen.</summary>
    public RedisServer Redis { get; }

    /// <summary>Tokens for whom a test pretends to be, where logging in is not what it tests.</summary>
    public TestTokens Tokens { get; }

    /// <summary>Hears what the runner says while it starts services.</summary>
    public IProgress<string>? Progress { get; set; }

    /// <summary>Starts what is missing and clones the database.</summary>
    /// <param name="project">The test project's name, for example Ride.Tests.</param>
    public static async Task<TestServers> Start(string project, CancellationToken ct = default)
    {
        var started = TestStores.Handed is null ? await StartOwn(project, ct) : null;
        var stores = TestStores.Handed ?? TestStores.Of(started!);
        var servers = new TestServers(project, stores, started);
        await Stores.StopLeftovers(Path.Combine(servers.directory, "redis"));
        await servers.Redis.Start(ct);
        await Templates.Clone(servers, stores, renew: started is not null, ct);
        return servers;
    }

    /// <summary>Runs services of the topology, two copies each unless told otherwise, and waits until they are healthy.</summary>
    public async Task<Fleet> Run(IEnumerable<string> services, int copies = 2, IReadOnlyDictionary<string, string>? settings = null, CancellationToken ct = default)
    {
        var number = fleetsStarted++;
        var data = Path.Combine(directory, $"fleet-{number}");
        await Stores.StopLeftovers(data);
        var ports = number == 0 ? shared.PortBase : shared.FreePorts + ((number - 1) * CopiesPerFleet);
        var fleet = await Fleet.Start(new(Repository, data, ports, Addresses, Secrets)
        {
            Replicas = copies,
            Services = [.. services.Select(name => Topology.Find(name) with { Scales = true })],
            Settings = settings ?? new Dictionary<string, string>(),
        }, Progress, ct);
        fleets.Add(fleet);
        return fleet;
    }

    /// <summary>Ends everything that was started here.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var fleet in fleets)
        {
            await fleet.DisposeAsync();
        }

        await Owner.DisposeAsync();
        Tokens.Dispose();
        await Redis.Stop();
        if (own is not null)
        {
            await own.DisposeAsync();
        }
    }

    /// <summary>Calls that wait for a connection or a lock while the machine stands still have met no outage.</summary>
    static StoreAddresses Patient(StoreAddresses addresses)
    {
        const int seconds = 120;
        return addresses with { Postgres = new NpgsqlConnectionStringBuilder(addresses.Postgres) { Timeout = seconds, CommandTimeout = seconds }.ConnectionString };
    }

    /// <summary>Every working copy and project has ports of its own below those that the system hands out, so that programs started by hand do not meet.</summary>
    static Task<Stores> StartOwn(string project, CancellationToken ct)
    {
        const int first = 10_000;
        const int places = 60;
        var data = Path.Combine(Repository.Find().StateDirectory, "by-hand", project);
        var place = data.Aggregate(17u, (hash, letter) => (hash * 31) + letter) % places;
        return Stores.Start(new StoreOptions(data, (int)(first + (place * 3 * Ports.PerFleet))) { MaxConnections = 400, VirtualHosts = [project] }, ct: ct);
    }
}
