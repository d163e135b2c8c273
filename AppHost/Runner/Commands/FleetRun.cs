using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>A whole fleet brought up by this process: stores, migration, services, and the supervision of all of it.</summary>
internal sealed class FleetRun : IAsyncDisposable
{
    readonly FileStream claim;
    readonly string directory;
    readonly Screen screen;
    readonly Lock saving = new();
    Stores? stores;
    Fleet? fleet;

    FleetRun(FileStream claim, string directory, Screen screen) => (this.claim, this.directory, this.screen) = (claim, directory, screen);

    /// <summary>What runs.</summary>
    public FleetState State => FleetState.Of(stores!, fleet!.Options, fleet);

    /// <summary>Takes the data directory for this process; null when another one has it.</summary>
    public static FleetRun? Claim(string dataDirectory, Screen screen)
    {
        Directory.CreateDirectory(dataDirectory);
        return TryLock(dataDirectory) is { } free ? new(free, dataDirectory, screen) : null;
    }

    /// <summary>Whether some process has taken the data directory.</summary>
    public static bool IsClaimed(string dataDirectory)
    {
        if (!Directory.Exists(dataDirectory))
        {
            return false;
        }

        using var free = TryLock(dataDirectory);
        return free is null;
    }

    /// <summary>Deletes what an earlier run with this directory left, so that this one starts empty.</summary>
    public async Task Wipe()
    {
        await Stores.StopLeftovers(directory);
        ServerFiles.Wipe(directory);
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().Where(entry => entry.FullName != claim.Name))
        {
            if (entry is DirectoryInfo folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Starts everything and returns when all of it is healthy.</summary>
    public async Task Start(Repository repository, FleetPlan plan, CancellationToken ct)
    {
        var programs = Build.Snapshot(repository, [Topology.MigratorProject, .. plan.Services.Select(service => service.Project)], Path.Combine(directory, "programs"));
        var options = new StoreOptions(directory, plan.PortBase) { MaxConnections = Topology.MaxConnections(plan.Replicas) };
        await screen.During("starting the fleet", async () =>
        {
            stores = await Stores.Start(options, screen, ct);
            var services = new FleetOptions(programs, directory, plan.PortBase, stores.Addresses, stores.Secrets) { Replicas = plan.Replicas, Services = plan.Services, Clock = plan.Clock(), Settings = plan.Settings };
            FleetState.Of(stores, services, fleet: null).Save(directory);
            fleet = await Fleet.Start(services, screen, ct);
            return true;
        });
        Save();
    }

    /// <summary>Restarts what dies, until <paramref name="ct"/> says stop.</summary>
    public Task Supervise(CancellationToken ct) => Task.WhenAll(
    [
        .. fleet!.Processes.Select(process => KeepAlive(process.Name, process.WaitForExit, () => Revive(process, ct), ct)),
        .. new Server[] { stores!.Postgres, stores.Redis, stores.RabbitMq }.Select(server => KeepAlive(server.Name, server.WaitForExit, () => server.Start(ct), ct)),
    ]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (fleet is not null)
        {
            await fleet.DisposeAsync();
        }

        if (stores is not null)
        {
            await stores.Stop();
        }

        File.Delete(FleetState.PathIn(directory));
        await claim.DisposeAsync();
    }

    /// <summary>The kernel lets go of the lock with the process, however that ends.</summary>
    static FileStream? TryLock(string dataDirectory)
    {
        try
        {
            return new(Path.Combine(dataDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    static async Task Revive(ServiceProcess process, CancellationToken ct)
    {
        process.Start();
        await process.WaitUntilHealthy(Fleet.StartPatience, ct);
    }

    /// <summary>Two that come back at the same time are written down one after the other.</summary>
    void Save()
    {
        lock (saving)
        {
            State.Save(directory);
        }
    }

    async Task KeepAlive(string name, Func<CancellationToken, Task> waitForExit, Func<Task> revive, CancellationToken ct)
    {
        var backOff = new BackOff();
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await waitForExit(ct);
                var pause = backOff.Next();
                screen.Warn($"{name} died; starting it again in {pause.TotalSeconds:0.0} s");
                await Task.Delay(pause, ct);
                await revive();
                screen.Report($"{name} is healthy again");
                Save();
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (FleetException exception)
            {
                screen.Warn(exception.Message);
            }
        }
    }
}
