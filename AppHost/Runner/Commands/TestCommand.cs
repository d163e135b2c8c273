using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet test: builds, starts stores for the tests alone, runs every test project, adds up.</summary>
internal static partial class TestCommand
{
    /// <summary>Room for the connections of several fixtures at once, each with a service or a fleet of its own.</summary>
    const int MaxConnections = 600;

    static readonly Argument<string?> Filter = new("filter") { Description = "Part of a project's name (match), or of a test's full name, with * as the wildcard.", Arity = ArgumentArity.ZeroOrOne };

    public static Command Create()
    {
        var command = new Command("test", "Run the tests, on servers of their own.") { Filter };
        command.SetAction((arguments, ct) => Run(Repository.Find(), arguments.GetValue(Filter), Screen.Output, ct));
        return command;
    }

    static async Task<int> Run(Repository repository, string? filter, Screen screen, CancellationToken ct)
    {
        var projects = Projects(repository, filter, out var methods);
        await Build.Projects(repository, [.. Build.Fleet, .. projects.Select(ProjectFile)], screen, ct);
        var directory = Path.Combine(repository.StateDirectory, "test");
        await using var run = FleetRun.Claim(directory, screen) ?? throw new FleetException("Another ./fleet test is running.");
        await run.Wipe();
        await using var stores = await Stores.Start(new StoreOptions(directory, FleetPlan.TestPorts) { MaxConnections = MaxConnections, VirtualHosts = projects }, screen, ct);
        var handOver = Path.Combine(directory, "stores.json");
        TestStores.Of(stores).Save(handOver);

        var results = new List<ProjectResult>();
        foreach (var project in projects)
        {
            ct.ThrowIfCancellationRequested();
            results.Add(await RunProject(repository, project, methods, handOver, screen, ct));
            await StopFixtures(directory, screen);
        }

        return Sum(results, mayBeEmpty: methods is not null);
    }

    /// <summary>The projects that a filter chooses; when it is no project's name it chooses tests in all of them.</summary>
    static List<string> Projects(Repository repository, string? filter, out string? methods)
    {
        var all = Directory.GetDirectories(Path.Combine(repository.Root, "tests"), "*.Tests").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToList();
        var named = all.FindAll(name => filter is not null && name.Contains(filter, StringComparison.OrdinalIgnoreCase));
        methods = filter is null || named.Count > 0 ? null : $"*{filter}*";
        return named.Count > 0 ? named : all;
    }

    /// <summary>A test program that crashed leaves the servers and services of its fixtures behind.</summary>
    static async Task StopFixtures(string directory, Screen screen)
    {
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (var fixture in Directory.EnumerateDirectories(directory, "run", everywhere).Select(path => Path.GetDirectoryName(path)!).Where(path => path != directory).ToList())
        {
            await Stores.StopLeftovers(fixture, screen);
        }
    }

    static string ProjectFile(string project) => $"tests/{project}/{project}.csproj";

    static async Task<ProjectResult> RunProject(Repository repository, string project, string? methods, string stores, Screen screen, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var program = repository.BuiltProgramOf(ProjectFile(project));
        var start = new ProcessStartInfo("dotnet", [program, "-noLogo", "-noColor", .. methods is null ? Array.Empty<string>() : ["-method", methods]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        start.Environment[TestStores.Variable] = stores;
        using var process = Process.Start(start)!;
        await using var end = ct.Register(() => process.Kill(entireProcessTree: true));
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            lines.Add(line);
            if (line.Contains("[FAIL]", StringComparison.Ordinal))
            {
                screen.Warn(line.Trim());
            }
        }

        await process.WaitForExitAsync(CancellationToken.None);
        var result = ProjectResult.Read(project, process.ExitCode, lines);
        screen.Report($"{project,-20} {result.Passed,5} passed {result.Failed,3} failed {result.Skipped,3} skipped  {clock.Elapsed.TotalSeconds,6:0.0} s{(result.HasCrashed ? "  CRASHED" : "")}");
        return result;
    }

    static int Sum(List<ProjectResult> results, bool mayBeEmpty)
    {
        foreach (var result in results.Where(result => result.Failed > 0 || result.HasCrashed))
        {
            Console.WriteLine($"\n--- {result.Project}{(result.HasCrashed ? $" ended with exit code {result.ExitCode}" : "")}\n{result.Complaints}");
        }

        var empty = results.FindAll(result => result is { Total: 0, HasCrashed: false }).ConvertAll(result => result.Project);
        if (empty.Count > 0 && !mayBeEmpty)
        {
            Console.WriteLine($"No tests ran in {string.Join(", ", empty)}.");
        }

        // Whatever went wrong outside a test counts as a failure too, so that the last line never lies.
        var outside = results.Count(result => result.HasCrashed && result.Failed == 0) + (mayBeEmpty && results.Sum(result => result.Total) > 0 ? 0 : empty.Count);
        var (passed, failed) = (results.Sum(result => result.Passed), results.Sum(result => result.Failed) + outside);
        if (results.Sum(result => result.Skipped) is > 0 and var skipped)
        {
            Console.WriteLine($"{skipped} skipped; their reasons are in the lines above.");
        }

        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>What one test program said.</summary>
    sealed partial record ProjectResult(string Project, int ExitCode, int Total, int Failed, int Skipped, string Complaints)
    {
        public int Passed => Total - Failed - Skipped;

        /// <summary>It ended badly for another reason than a failed test, or without a summary.</summary>
        public bool HasCrashed => ExitCode != 0 && Failed == 0;

        public static ProjectResult Read(string project, int exitCode, List<string> lines)
        {
            var summary = lines.Select(line => Summary().Match(line)).LastOrDefault(match => match.Success);
            var complaints = string.Join('\n', lines.Where(line => !Progress().IsMatch(line)));
            return summary is null
                ? new(project, exitCode == 0 ? 1 : exitCode, 0, 0, 0, complaints)
                : new(project, exitCode, Number("total"), Number("failed") + Number("errors"), Number("skipped") + Number("notrun"), complaints);

            // Where no test matched, the total stands alone.
            int Number(string group) => summary.Groups[group] is { Success: true } found ? int.Parse(found.Value) : 0;
        }

        [GeneratedRegex(@"Total: (?<total>\d+)(, Errors: (?<errors>\d+), Failed: (?<failed>\d+), Skipped: (?<skipped>\d+), Not Run: (?<notrun>\d+))?", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Summary();

        [GeneratedRegex(@"^\s*(Discovering|Discovered|Starting|Finished|=== TEST)", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Progress();
    }
}

/// <summary>The servers that ./fleet test hands to the test programs.</summary>
/// <param name="Postgres">The server's owner; tests make databases of their own beside the one named here.</param>
/// <param name="RabbitMq">The default virtual host; each test project has one of its own name.</param>
/// <param name="DataDirectory">Where secrets.json is; logs and data of fixtures go below it.</param>
/// <param name="PortBase">The base of a fleet that a fixture starts on these servers.</param>
/// <param name="FreePorts">First of a hundred ports more, for servers of a fixture's own: a Redis to flush, a service beside the fleet.</param>
public sealed record TestStores(string Postgres, string Redis, string RabbitMq, string DataDirectory, int PortBase, int FreePorts)
{
    /// <summary>The environment variable that holds the path of the file.</summary>
    public const string Variable = "FLEET_TEST_STORES";

    /// <summary>What the running program was handed; null when it was started by hand.</summary>
    public static TestStores? Handed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path
        ? JsonSerializer.Deserialize<TestStores>(File.ReadAllBytes(path), JsonSerializerOptions.Web)
        : null;

    /// <summary>The same, as addresses for a fleet.</summary>
    public StoreAddresses Addresses => new(Postgres, Redis, RabbitMq);

    /// <summary>Hands over <paramref name="stores"/>, whoever started them.</summary>
    public static TestStores Of(Stores stores) => new(
        stores.Addresses.Postgres, stores.Addresses.Redis, stores.Addresses.RabbitMq, stores.Options.DataDirectory,
        stores.Options.PortBase, stores.Options.PortBase + (2 * Ports.PerFleet));

    internal void Save(string path) => PrivateFile.Write(path, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
}
