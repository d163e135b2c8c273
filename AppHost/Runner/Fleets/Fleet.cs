using Tumpang.AppHost;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Fleets;

/// <summary>Services of the topology as processes, on stores that somebody else started.</summary>
public sealed class Fleet : IAsyncDisposable
{
    /// <summary>How long a service may take to become healthy, also on a machine that is busy with much else.</summary>
    internal static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(240);

    Fleet(FleetOptions options)
    {
        Options = options;
        Processes =
        [
            .. options.Services.SelectMany(service => Enumerable.Range(0, Topology.CopiesOf(service, options.Replicas))
                .Select(copy => new ServiceProcess(service, copy, options))),
        ];
    }

    /// <summary>What was asked for.</summary>
    public FleetOptions Options { get; }

    /// <summary>Every copy of every service.</summary>
    public IReadOnlyList<ServiceProcess> Processes { get; }

    /// <summary>The public door.</summary>
    public Uri Gateway => ProcessEnvironment.Url(Topology.Services[0], 0, Options);

    /// <summary>The copies of one service.</summary>
    public IReadOnlyList<ServiceProcess> this[string service] => [.. Processes.Where(process => process.Service.Name == service)];

    /// <summary>Migrates the database, starts every service and waits until all are healthy. Whatever fails takes the rest down with it.</summary>
    public static async Task<Fleet> Start(FleetOptions options, IProgress<string>? progress = null, CancellationToken ct = default)
    {
        if (options.Replicas > Ports.MaxCopies)
        {
            throw new FleetException($"At most {Ports.MaxCopies} copies of a service have ports.");
        }

        await Migrate(options.Repository, options.Stores, options.Secrets, options.DataDirectory, progress, ct);
        var fleet = new Fleet(options with { DataDirectory = Path.GetFullPath(options.DataDirectory) });
        try
        {
            await fleet.StartServices(progress, ct);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Brings the database of <paramref name="stores"/> up to date, roles and key ring included.</summary>
    public static async Task Migrate(
        Repository repository, StoreAddresses stores, Secrets secrets, string dataDirectory, IProgress<string>? progress = null, CancellationToken ct = default)
    {
        var program = repository.BuiltProgramOf(Topology.MigratorProject);
        var started = TimeProvider.System.GetTimestamp();
        var log = Path.Combine(Path.GetFullPath(dataDirectory), "logs", Topology.Migrator + ".log");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        using var process = new Launch("dotnet", program, "up")
        {
            Directory = Path.Combine(repository.Root, "schemas"),
            Environment = ProcessEnvironment.OfMigrator(stores, secrets),
            LogFile = log,
        }.Start();
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0)
        {
            throw new FleetException($"The migrator failed; the end of {log}:\n{LogTail.Of(log, 20)}");
        }

        progress?.Report($"{Topology.Migrator} is done ({TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s)");
    }

    /// <summary>Stops every service; the gateway first, so that nobody knocks at a closed door inside.</summary>
    public async Task Stop()
    {
        await Task.WhenAll(Processes.Where(process => process.Service.Public).Select(process => process.Stop()));
        await Task.WhenAll(Processes.Where(process => !process.Service.Public).Select(process => process.Stop()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stop();
        foreach (var process in Processes)
        {
            process.Dispose();
        }
    }

    async Task StartServices(IProgress<string>? progress, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        var healthy = Processes.ToDictionary(process => process, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await Task.WhenAll(Processes.Select(async process =>
        {
            await Task.WhenAll(healthy.Where(other => process.Service.WaitsFor.Contains(other.Key.Service.Name)).Select(other => other.Value.Task)).WaitAsync(ct);
            try
            {
                process.Start();
                await process.WaitUntilHealthy(StartPatience, ct, progress);
                healthy[process].SetResult();
            }
            catch
            {
                healthy[process].TrySetCanceled(CancellationToken.None);
                throw;
            }

            progress?.Report($"{process.Name} is healthy at {process.Url.GetLeftPart(UriPartial.Authority)} ({TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s)");
        }));
    }
}
