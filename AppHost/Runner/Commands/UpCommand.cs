using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet up: the whole fleet, in the foreground until Ctrl-C, or handed to a supervisor in the background.</summary>
internal static class UpCommand
{
    const string Runner = "AppHost/Runner/Runner.csproj";

    static readonly Option<int> Replicas = new("--replicas") { Description = "Copies of every service that scales, 1 to 9.", DefaultValueFactory = _ => 1 };
    static readonly Option<bool> Detach = new("--detach") { Description = "Return once all is healthy; ./fleet down stops it." };
    static readonly Option<double?> Speed = new("--speed") { Description = "City seconds per second, 0.01 to 1000." };
    static readonly Option<DateTimeOffset?> Start = new("--start") { Description = "What the city's clocks show at the start, for example 2013-11-18T15:50:00-05:00." };

    public static Command Create()
    {
        Replicas.Validators.Add(result => RequireBetween(result, result.GetValue(Replicas), 1, Servers.Ports.MaxCopies));
        Speed.Validators.Add(result => RequireBetween(result, result.GetValue(Speed) ?? 1, 0.01, 1000));
        var command = new Command("up", "Install what is missing, build, start everything, keep it running.") { Replicas, Detach, Speed, Start };
        command.SetAction((arguments, ct) =>
        {
            var repository = Repository.Find();
            var plan = new FleetPlan(repository.StateDirectory, FleetPlan.MainPorts, arguments.GetValue(Replicas), arguments.GetValue(Speed), arguments.GetValue(Start));
            return arguments.GetValue(Detach) ? InBackground(repository, plan, Screen.Output, ct) : InForeground(repository, plan, Screen.Output, ct);
        });
        return command;
    }

    /// <summary>Starts a supervisor of its own session, shows what it says, and returns when the fleet is ready or the supervisor is not.</summary>
    public static async Task<int> InBackground(Repository repository, FleetPlan plan, Screen screen, CancellationToken ct)
    {
        if (SaysAlreadyRunning(plan, screen))
        {
            return 1;
        }

        await Build.Projects(repository, Build.Fleet, screen, ct);
        var log = Path.Combine(plan.DataDirectory, "logs", "fleet.log");
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        File.Delete(log);
        using var supervisor = new Launch("dotnet", [RunnerOf(repository, plan), "up", .. ArgumentsOf(plan)])
        {
            Directory = repository.Root,
            LogFile = log,
        }.Start();
        var follower = new LogFollower(log);
        while (FleetState.OfRunning(plan.DataDirectory) is not { IsReady: true })
        {
            follower.News().ForEach(screen.Report);
            if (supervisor.HasExited)
            {
                return 1;
            }

            await Task.Delay(100, ct);
        }

        follower.News().ForEach(_ => { });
        StatusCommand.Print(FleetState.OfRunning(plan.DataDirectory)!, screen);
        return 0;
    }

    static async Task<int> InForeground(Repository repository, FleetPlan plan, Screen screen, CancellationToken ct)
    {
        await using var run = FleetRun.Claim(plan.DataDirectory, screen);
        if (run is null)
        {
            SaysAlreadyRunning(plan, screen);
            return 1;
        }

        await Build.Projects(repository, Build.Fleet, screen, ct);
        await run.Start(repository, plan, ct);
        StatusCommand.Print(run.State, screen);
        screen.Report("Ctrl-C stops it.");
        await run.Supervise(ct);
        screen.Report("stopping");
        return 0;
    }

    static string RunnerOf(Repository repository, FleetPlan plan) =>
        Build.Snapshot(repository, [Runner], Path.Combine(plan.DataDirectory, "programs")).BuiltProgramOf(Runner);

    static bool SaysAlreadyRunning(FleetPlan plan, Screen screen)
    {
        var running = FleetState.OfRunning(plan.DataDirectory);
        var isTaken = running is not null || FleetRun.IsClaimed(plan.DataDirectory);
        if (isTaken)
        {
            screen.Warn($"The fleet is already running{(running is null ? "" : $" (pid {running.Supervisor.Pid}, {running.Gateway})")}. ./fleet status shows it, ./fleet down stops it.");
        }

        return isTaken;
    }

    static IEnumerable<string> ArgumentsOf(FleetPlan plan)
    {
        yield return $"--replicas={plan.Replicas}";
        if (plan.Speed is { } speed)
        {
            yield return $"--speed={speed}";
        }

        if (plan.CityStart is { } start)
        {
            yield return $"--start={start:O}";
        }
    }

    static void RequireBetween(System.CommandLine.Parsing.OptionResult result, double value, double least, double most)
    {
        if (value < least || value > most)
        {
            result.AddError($"{result.Option.Name} is between {least} and {most}.");
        }
    }
}
