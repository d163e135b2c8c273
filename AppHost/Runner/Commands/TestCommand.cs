using System.CommandLine;
using System.Diagnostics;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet test: builds, starts stores for the tests alone, runs every test project, adds up.</summary>
internal static class TestCommand
{
    /// <summary>Room for the connections of several fixtures at once, each with a service or a fleet of its own.</summary>
    const int MaxConnections = 600;

    /// <summary>Far more than any project takes; one that hangs costs its own result, not everybody's.</summary>
    static readonly TimeSpan LongestProject = TimeSpan.FromMinutes(12);

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
            try
            {
                results.Add(await screen.During(project, () => RunProject(repository, project, methods, handOver, screen, ct)));
            }
            finally
            {
                await StopFixtures(directory, screen);
            }
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
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LongestProject);
        await using var end = limit.Token.Register(() => process.Kill(entireProcessTree: true));
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
        if (limit.IsCancellationRequested)
        {
            screen.Warn($"{project} was stopped after {clock.Elapsed.TotalMinutes:0} min.");
        }

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
}
