using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet bench: the benchmarks, on an empty fleet of their own, so that a running one neither disturbs nor is disturbed.</summary>
internal static class BenchCommand
{
    const string Benchmarks = "tests/Benchmarks/Benchmarks.csproj";

    static readonly Option<int> Replicas = new("--replicas") { Description = "Copies of every service that scales.", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var command = new Command("bench", "Measure; names choose benchmarks, --json prints one object per figure and nothing else on standard output.") { Replicas };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((arguments, ct) => Run(Repository.Find(), arguments.GetValue(Replicas), arguments.UnmatchedTokens, Screen.Error, ct));
        return command;
    }

    static async Task<int> Run(Repository repository, int replicas, IReadOnlyList<string> passed, Screen screen, CancellationToken ct)
    {
        await Build.Projects(repository, [.. Build.Fleet, Benchmarks], screen, ct);
        var plan = new FleetPlan(Path.Combine(repository.StateDirectory, "bench"), FleetPlan.BenchPorts, replicas);
        await using var run = FleetRun.Claim(plan.DataDirectory, screen) ?? throw new FleetException("Another ./fleet bench is running.");
        await run.Wipe();
        await run.Start(repository, plan, ct);
        return await Visitor.Run(repository, Benchmarks, FleetState.PathIn(plan.DataDirectory), passed, ct);
    }
}
