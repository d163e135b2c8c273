using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet demo: the recorded rush hour of Manhattan on a fleet whose clocks run fast enough to watch it.</summary>
internal static class DemoCommand
{
    const string Simulator = "simulator/Simulator.csproj";

    /// <summary>16:00 in New York on Monday 2013-11-18: the hour that was recorded.</summary>
    static readonly DateTimeOffset RushHour = new(2013, 11, 18, 16, 0, 0, TimeSpan.FromHours(-5));

    /// <summary>Phones need about this long, on the wall, to log in before the rush.</summary>
    static readonly TimeSpan BeforeTheRush = TimeSpan.FromSeconds(45);

    static readonly Option<int?> Minutes = new("--minutes") { Description = "City minutes of demand; then the city empties." };
    static readonly Option<int?> Drivers = new("--drivers") { Description = "Cars on the road." };
    static readonly Option<int?> Seed = new("--seed") { Description = "Same seed, same city." };
    static readonly Option<double> Speed = new("--speed") { Description = "City seconds per second.", DefaultValueFactory = _ => 10 };
    static readonly Option<int> Replicas = new("--replicas") { Description = "Copies of every service that scales.", DefaultValueFactory = _ => 1 };
    static readonly Option<bool> Keep = new("--keep") { Description = "Leave the fleet running afterwards, if the demo started it." };

    public static Command Create()
    {
        var command = new Command("demo", "Drive the rush hour of Manhattan through the fleet; unknown options go to the simulator.")
        {
            Minutes, Drivers, Seed, Speed, Replicas, Keep, ResetCommand.Yes,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((arguments, ct) => Run(Repository.Find(), arguments, Screen.Output, ct));
        return command;
    }

    static async Task<int> Run(Repository repository, ParseResult arguments, Screen screen, CancellationToken ct)
    {
        await Build.Projects(repository, [.. Build.Fleet, Simulator], screen, ct);
        var speed = arguments.GetValue(Speed);
        var plan = new FleetPlan(
            repository.StateDirectory, FleetPlan.MainPorts, arguments.GetValue(Replicas), speed, RushHour - (BeforeTheRush * speed));
        if (!await IsReady(plan, arguments.GetValue(ResetCommand.Yes), screen))
        {
            return 1;
        }

        var startedHere = FleetState.OfRunning(plan.DataDirectory) is null;
        if (startedHere && await UpCommand.InBackground(repository, plan, screen, ct) != 0)
        {
            return 1;
        }

        try
        {
            return await Visitor.Run(repository, Simulator, FleetState.PathIn(plan.DataDirectory), Passed(arguments), ct);
        }
        finally
        {
            if (startedHere && !arguments.GetValue(Keep))
            {
                await DownCommand.Stop(plan.DataDirectory, screen);
            }
        }
    }

    /// <summary>Stops a fleet whose clock keeps another pace, if we may; false when we may not.</summary>
    static async Task<bool> IsReady(FleetPlan plan, bool yes, Screen screen)
    {
        if (FleetState.OfRunning(plan.DataDirectory) is not { } running || ClockSetting.SamePace(running.Clock, plan.Clock()))
        {
            return true;
        }

        var difference = $"The fleet is running with a clock of factor {running.Clock?.Factor ?? 1}, and this demo needs {plan.Speed}";
        if (!screen.Agrees($"{difference}. Restart it?", yes, $"{difference}: stop it with ./fleet down, or let the demo restart it with --yes."))
        {
            return false;
        }

        await DownCommand.Stop(plan.DataDirectory, screen);
        return true;
    }

    static IReadOnlyList<string> Passed(ParseResult arguments) =>
    [
        .. new (string Name, int? Value)[] { ("--minutes", arguments.GetValue(Minutes)), ("--drivers", arguments.GetValue(Drivers)), ("--seed", arguments.GetValue(Seed)) }
            .Where(option => option.Value is not null).SelectMany(option => new[] { option.Name, $"{option.Value}" }),
        .. arguments.UnmatchedTokens,
    ];
}
