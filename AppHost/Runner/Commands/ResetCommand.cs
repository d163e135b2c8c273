using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet reset: back to an empty machine, but for the packages.</summary>
internal static class ResetCommand
{
    internal static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static Command Create()
    {
        var command = new Command("reset", "Stop everything and delete all data, logs and secrets of the fleet.") { Yes };
        command.SetAction(async (arguments, _) =>
        {
            var directory = Repository.Find().StateDirectory;
            if (!Screen.Output.Agrees($"Delete {directory}, with every ride in it?", arguments.GetValue(Yes), "Nobody is here to be asked: ./fleet reset --yes deletes all data."))
            {
                return 1;
            }

            foreach (var fleet in new[] { directory, Path.Combine(directory, "bench"), Path.Combine(directory, "test") }.Where(Directory.Exists))
            {
                await DownCommand.Stop(fleet, Screen.Output);
                ServerFiles.Wipe(fleet);
            }

            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }

            Screen.Output.Report("All gone.");
            return 0;
        });
        return command;
    }
}
