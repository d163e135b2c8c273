using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet logs: the last lines of one log or of all, and what follows.</summary>
internal static class LogsCommand
{
    static readonly Argument<string?> Name = new("name") { Description = "A service, a copy of one (ride-1), a store, migrator or fleet. All without it.", Arity = ArgumentArity.ZeroOrOne };
    static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what is written from now on, until Ctrl-C." };
    static readonly Option<int> Lines = new("--lines", "-n") { Description = "Last lines of each log.", DefaultValueFactory = _ => 50 };

    public static Command Create()
    {
        var command = new Command("logs", "Show logs.") { Name, Follow, Lines };
        command.SetAction(async (arguments, ct) =>
        {
            var files = Files(Path.Combine(Repository.Find().StateDirectory, "logs"), arguments.GetValue(Name));
            var followers = files.ConvertAll(file => (Prefix: Prefix(file, files.Count), Log: new LogFollower(file, from: new FileInfo(file).Length)));
            foreach (var file in files)
            {
                Print(Prefix(file, files.Count), LogTail.Of(file, arguments.GetValue(Lines)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }

            while (arguments.GetValue(Follow) && !ct.IsCancellationRequested)
            {
                followers.ForEach(follower => Print(follower.Prefix, follower.Log.News()));
                await Task.Delay(200, CancellationToken.None);
            }

            return 0;
        });
        return command;
    }

    static List<string> Files(string directory, string? name)
    {
        var all = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal).ToList() : [];
        var chosen = name is null ? all : all.FindAll(file => Path.GetFileNameWithoutExtension(file) == name);
        return chosen.Count > 0 ? chosen : throw new FleetException(
            all.Count == 0 ? "There are no logs yet." : $"There is no log of {name}; there are {string.Join(", ", all.Select(Path.GetFileNameWithoutExtension))}.");
    }

    static string Prefix(string file, int count) => count > 1 ? $"{Path.GetFileNameWithoutExtension(file),-12} " : "";

    static void Print(string prefix, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(prefix + line);
        }
    }
}
