using Tumpang.AppHost;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>
/// Postgres, Redis and RabbitMQ as own processes on loopback, for one fleet or one test run. Starting installs what is missing,
/// and ends what an earlier run with the same data directory left behind.
/// </summary>
public sealed class Stores : IAsyncDisposable
{
    /// <summary>Stopped in this order, after everything else: nobody loses a store that it still needs.</summary>
    internal static readonly IReadOnlyList<string> StopOrder = ["rabbitmq", "epmd", "redis", "postgres"];

    Stores(StoreOptions options, IProgress<string> progress)
    {
        Directory.CreateDirectory(Path.Combine(options.DataDirectory, "logs"));
        Options = options;
        Secrets = Secrets.Open(options.DataDirectory);
        Processes = new(Path.Combine(options.DataDirectory, "run"));
        var files = ServerFiles.For(options.DataDirectory, progress);
        Postgres = new(options, files, Secrets, LogFile("postgres"), Processes);
        RabbitMq = new(options, files, Secrets, LogFile("rabbitmq"), Processes);
        Redis = new(
            Path.Combine(options.DataDirectory, "redis"), options.PortBase + Ports.Redis,
            Secrets[Contract.PasswordOf(Topology.NameOf(Store.Redis))], LogFile("redis"), Processes);
    }

    /// <summary>How they were started.</summary>
    public StoreOptions Options { get; }

    /// <summary>The generated secrets of this data directory.</summary>
    public Secrets Secrets { get; }

    /// <summary>Records of every process of this data directory.</summary>
    public ProcessRegistry Processes { get; }

    /// <summary>Postgres; <see cref="Server.Stop"/>, <see cref="Server.Kill"/> and <see cref="Server.Start"/> make outages.</summary>
    public PostgresServer Postgres { get; }

    /// <summary>Redis.</summary>
    public RedisServer Redis { get; }

    /// <summary>The broker.</summary>
    public RabbitServer RabbitMq { get; }

    /// <summary>How services reach them: database tumpang, default virtual host.</summary>
    public StoreAddresses Addresses => new(Postgres.ConnectionString(), Redis.ConnectionString, RabbitMq.ConnectionString);

    /// <summary>Starts all three and returns when they answer. Data of an earlier run is kept.</summary>
    /// <param name="dataDirectory">Where data, secrets, logs and process records live.</param>
    /// <param name="portBase">First of the hundred ports of this fleet.</param>
    public static Task<Stores> Start(string dataDirectory, int portBase, IProgress<string>? progress = null, CancellationToken ct = default) =>
        Start(new StoreOptions(dataDirectory, portBase), progress, ct);

    /// <inheritdoc cref="Start(string, int, IProgress{string}?, CancellationToken)"/>
    public static async Task<Stores> Start(StoreOptions options, IProgress<string>? progress = null, CancellationToken ct = default)
    {
        progress ??= new Silence();
        options = options with { DataDirectory = Path.GetFullPath(options.DataDirectory) };
        Directory.CreateDirectory(options.DataDirectory);
        await Packages.Install(progress, ct);
        var stores = new Stores(options, progress);
        await StopLeftovers(options.DataDirectory, progress);
        try
        {
            await Task.WhenAll(
                StartOne(stores.Redis, progress, ct),
                StartOne(stores.RabbitMq, progress, ct),
                stores.StartPostgres(progress, ct));
            return stores;
        }
        catch
        {
            await stores.Stop();
            throw;
        }
    }

    /// <summary>Ends what a crashed run left behind, services before stores.</summary>
    public static async Task<IReadOnlyList<string>> StopLeftovers(string dataDirectory, IProgress<string>? progress = null)
    {
        var ended = await new ProcessRegistry(Path.Combine(dataDirectory, "run")).StopLeftovers(StopOrder, TimeSpan.FromSeconds(15));
        if (ended.Count > 0)
        {
            progress?.Report($"stopped what an earlier run had left: {string.Join(", ", ended)}");
        }

        return ended;
    }

    /// <summary>Stops them cleanly, in order.</summary>
    public Task Stop() => Processes.StopLeftovers(StopOrder, TimeSpan.FromSeconds(20));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Stop();

    async Task StartPostgres(IProgress<string> progress, CancellationToken ct)
    {
        await StartOne(Postgres, progress, ct);
        await Postgres.CreateDatabase(Topology.Database, ct);
    }

    static async Task StartOne(Server server, IProgress<string> progress, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        await server.Start(ct);
        progress.Report($"{server.Name} is up on port {server.Port} ({TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s)");
    }

    string LogFile(string name) => Path.Combine(Options.DataDirectory, "logs", name + ".log");

    sealed class Silence : IProgress<string>
    {
        public void Report(string value)
        {
        }
    }
}
