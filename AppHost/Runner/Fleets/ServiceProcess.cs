using System.Diagnostics;
using Tumpang.AppHost;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Fleets;

/// <summary>One copy of a service as a process: start, health, stop, and every way for it to go wrong.</summary>
public sealed class ServiceProcess : IDisposable
{
    /// <summary>A draining service answers what it has begun; ten seconds by its own settings, and a little more.</summary>
    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    /// <summary>The exit code of a service that wants to be started again (EX_TEMPFAIL of sysexits.h), as against one that cannot start.</summary>
    const int StartMeAgain = 75;

    readonly FleetOptions fleet;
    readonly ProcessRegistry registry;
    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    Process? process;

    internal ServiceProcess(Service service, int copy, FleetOptions fleet)
    {
        (Service, Copy, this.fleet) = (service, copy, fleet);
        registry = new(Path.Combine(fleet.DataDirectory, "run"));
        Url = ProcessEnvironment.Url(service, copy, fleet);
        LogFile = Path.Combine(fleet.DataDirectory, "logs", Name + ".log");
    }

    /// <summary>What it is a copy of.</summary>
    public Service Service { get; }

    /// <summary>Which copy: 0, 1, …</summary>
    public int Copy { get; }

    /// <summary>ride for the first copy, ride-1 for the second.</summary>
    public string Name => Copy == 0 ? Service.Name : $"{Service.Name}-{Copy}";

    /// <summary>Where it listens, on the loopback.</summary>
    public Uri Url { get; }

    /// <summary>Where it logs to.</summary>
    public string LogFile { get; }

    /// <summary>The process while it runs; null otherwise.</summary>
    public ProcessIdentity? Running => registry.Find(Name);

    /// <summary>Starts the process; <see cref="WaitUntilHealthy"/> tells when it is ready.</summary>
    public void Start()
    {
        if (PortCheck.IsTaken(Url.Port))
        {
            throw new FleetException($"Port {Url.Port}, which {Name} needs, is in use. Stop what uses it, or choose another range: FLEET_PORTS=<first port> ./fleet …");
        }

        var program = fleet.Repository.BuiltProgramOf(Service.Project);
        Directory.CreateDirectory(Path.GetDirectoryName(LogFile)!);
        process = new Launch("dotnet", program)
        {
            // Its settings files lie beside the program.
            Directory = Path.GetDirectoryName(program)!,
            Environment = ProcessEnvironment.Of(Service, Copy, fleet),
            LogFile = LogFile,
        }.Start();
        if (ProcessIdentity.Of(process.Id) is { } identity)
        {
            registry.Add(Name, identity, Signal.Terminate);
        }
    }

    /// <summary>Whether /health answers 200 now.</summary>
    public async Task<bool> IsHealthy(CancellationToken ct)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(Url, "/health"), ct);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>
    /// Waits for health; starts it again when it asks for that by its exit code; throws with the end of its log when it dies otherwise or
    /// stays ill for <paramref name="patience"/>.
    /// </summary>
    public async Task WaitUntilHealthy(TimeSpan patience, CancellationToken ct, IProgress<string>? progress = null)
    {
        var clock = Stopwatch.StartNew();
        while (!await IsHealthy(ct))
        {
            if (Running is null)
            {
                // The kernel knows of an end a moment before we know its exit code.
                await Task.WhenAny(WaitForExit(ct), Task.Delay(StopPatience, ct));
                if (!WantsToBeStartedAgain || clock.Elapsed > patience)
                {
                    throw NotHealthy("died at its start");
                }

                progress?.Report($"{Name} asked to be started again; {LogFile} says why");
                Start();
            }
            else if (clock.Elapsed > patience)
            {
                throw NotHealthy($"was not healthy after {patience.TotalSeconds:0} s");
            }

            await Task.Delay(50, ct);
        }
    }

    FleetException NotHealthy(string what) => new($"{Name} {what}; the end of {LogFile}:\n{LogTail.Of(LogFile, 20)}");

    /// <summary>Whether it ended by itself and said that the next start may go better.</summary>
    bool WantsToBeStartedAgain => process is { HasExited: true, ExitCode: StartMeAgain };

    /// <summary>Completes when the process has ended, whoever ended it; at once when it is not running.</summary>
    public Task WaitForExit(CancellationToken ct) => process?.WaitForExitAsync(ct) ?? Task.CompletedTask;

    /// <summary>Stops it as an operator would: it drains first.</summary>
    public async Task Stop()
    {
        if (Running is { } running)
        {
            await running.Stop(Signal.Terminate, StopPatience);
        }

        Forget();
    }

    /// <summary>Kills it without warning, as a crash would.</summary>
    public async Task Kill()
    {
        if (Running is { } running)
        {
            await running.Stop(Signal.Kill, StopPatience);
        }

        // A killed process keeps its port until its last thread is gone.
        await WaitForExit(CancellationToken.None);
        Forget();
    }

    /// <summary>Stop, start, healthy.</summary>
    public async Task Restart(CancellationToken ct)
    {
        await Stop();
        Start();
        await WaitUntilHealthy(Fleet.StartPatience, ct);
    }

    /// <summary>Forgets a process that has ended.</summary>
    internal void Forget()
    {
        registry.Remove(Name);
        process?.Dispose();
        process = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        http.Dispose();
        process?.Dispose();
    }
}
