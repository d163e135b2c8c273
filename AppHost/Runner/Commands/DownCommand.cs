using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet down: stops the running fleet, and whatever a crashed one left.</summary>
internal static class DownCommand
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Command Create()
    {
        var command = new Command("down", "Stop everything, in order. Data is kept.");
        command.SetAction(async (_, _) =>
        {
            var wasRunning = await Stop(Repository.Find().StateDirectory, Screen.Output);
            Screen.Output.Report(wasRunning ? "The fleet is down." : "The fleet was not running.");
            return 0;
        });
        return command;
    }

    /// <summary>Stops the fleet of a data directory; false when nothing of it ran.</summary>
    public static async Task<bool> Stop(string dataDirectory, Screen screen)
    {
        var running = FleetState.OfRunning(dataDirectory);
        if (running is not null)
        {
            await screen.During("stopping", async () =>
            {
                await running.Supervisor.Stop(Signal.Terminate, Patience);
                return true;
            });
        }
        else if (FleetRun.IsClaimed(dataDirectory))
        {
            throw new FleetException("Another ./fleet is building or starting here; stop that one with Ctrl-C.");
        }

        var left = await Stores.StopLeftovers(dataDirectory, screen);
        return running is not null || left.Count > 0;
    }
}
