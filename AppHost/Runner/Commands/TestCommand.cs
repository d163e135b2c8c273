using System.Collections.Concurrent;
using System.CommandLine;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet test: builds, starts stores for the tests alone, runs every test project, adds up.</summary>
internal static class TestCommand
{
    /// <summary>Room for the connections of several fixtures at once, each with a service or a fleet of its own.</summary>
    const int MaxConnections = 600;

    /// <summary>Projects at a time: most of a test's time is waiting for a clock of a service.</summary>
    const int Lanes = 2;

    /// <summary>A rush hour through every service takes the whole machine.</summary>
    static readonly string[] Alone = ["Fleet.Tests"];

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
        await Build.Projects(repository, [.. Build.Fleet, .. projects.Select(TestRun.ProjectFile)], screen, ct);
        var directory = Path.Combine(repository.StateDirectory, "test");
        await using var run = FleetRun.Claim(directory, screen) ?? throw new FleetException("Another ./fleet test is running.");
        // What a killed run left, its test programs first, holds the ports of ours; only its records, which are about to go, tell of it.
        await Stores.StopLeftovers(directory, screen);
        await TestRun.StopFixtures(directory, screen);
        await run.Wipe();
        await using var stores = await Stores.Start(new StoreOptions(directory, FleetPlan.TestPorts) { MaxConnections = MaxConnections, VirtualHosts = projects }, screen, ct);
        var tests = new TestRun(repository, stores, methods, screen);
        foreach (var project in projects.Intersect(Alone))
        {
            await screen.During(project, () => tests.Run(project, lane: 0, ct));
        }

        var others = new ConcurrentQueue<string>(projects.Except(Alone));
        if (!others.IsEmpty)
        {
            await screen.During(
                $"{string.Join(", ", others)}, {Lanes} at a time", () => Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => tests.RunAll(others, lane, ct))));
        }

        return Sum([.. tests.Results.OrderBy(result => result.Project, StringComparer.Ordinal)], mayBeEmpty: methods is not null);
    }

    /// <summary>The projects that a filter chooses; when it is no project's name it chooses tests in all of them.</summary>
    static List<string> Projects(Repository repository, string? filter, out string? methods)
    {
        var all = Directory.GetDirectories(Path.Combine(repository.Root, "tests"), "*.Tests").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal).ToList();
        var named = all.FindAll(name => filter is not null && name.Contains(filter, StringComparison.OrdinalIgnoreCase));
        methods = filter is null || named.Count > 0 ? null : $"*{filter}*";
        return named.Count > 0 ? named : all;
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
