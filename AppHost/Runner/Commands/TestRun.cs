using System.Collections.Concurrent;
using System.Diagnostics;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>Test programs on shared stores, in lanes: each has ports of its own, so that programs of different lanes do not meet.</summary>
/// <param name="stores">What every program is handed.</param>
/// <param name="methods">Which tests of each program; null for all.</param>
internal sealed class TestRun(Repository repository, Stores stores, string? methods, Screen screen)
{
    /// <summary>Far more than any project takes, on a busy machine too; one that hangs costs its own result, not everybody's.</summary>
    static readonly TimeSpan LongestProject = TimeSpan.FromMinutes(20);

    readonly ConcurrentBag<ProjectResult> results = [];

    /// <summary>Of the programs that have ended, in no order.</summary>
    public IReadOnlyCollection<ProjectResult> Results => results;

    public static string ProjectFile(string project) => $"tests/{project}/{project}.csproj";

    /// <summary>Takes projects and runs them, one after the other, until there are none left.</summary>
    public async Task<int> RunAll(ConcurrentQueue<string> projects, int lane, CancellationToken ct)
    {
        var run = 0;
        for (; projects.TryDequeue(out var project); run++)
        {
            ct.ThrowIfCancellationRequested();
            await Run(project, lane, ct);
        }

        return run;
    }

    /// <summary>Ends the servers and services of fixtures below a directory, whose test programs are gone.</summary>
    public static async Task StopFixtures(string directory, IProgress<string> progress)
    {
        var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        if (!Directory.Exists(directory))
        {
            return;
        }

        foreach (var run in Directory.GetDirectories(directory, "run", everywhere))
        {
            await Stores.StopLeftovers(Path.GetDirectoryName(run)!, progress);
        }
    }

    /// <summary>Runs one project and ends what it left behind.</summary>
    public async Task<ProjectResult> Run(string project, int lane, CancellationToken ct)
    {
        var handOver = Path.Combine(stores.Options.DataDirectory, $"stores-{lane}.json");
        TestStores.Of(stores, lane).Save(handOver);
        try
        {
            var result = await RunProgram(project, handOver, ct);
            results.Add(result);
            return result;
        }
        finally
        {
            // A test program that crashed leaves the servers and services of its fixtures behind.
            await StopFixtures(Path.Combine(stores.Options.DataDirectory, project), screen);
        }
    }

    /// <summary>It goes on when we are killed, and the next run must be able to end it.</summary>
    void Remember(string project, Process process)
    {
        if (ProcessIdentity.Of(process.Id) is { } identity)
        {
            stores.Processes.Add(project, identity, Signal.Kill);
        }
    }

    async Task<ProjectResult> RunProgram(string project, string handOver, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var program = repository.BuiltProgramOf(ProjectFile(project));
        var start = new ProcessStartInfo("dotnet", [program, "-noLogo", "-noColor", .. methods is null ? Array.Empty<string>() : ["-method", methods]])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(program)!,
        };
        start.Environment[TestStores.Variable] = handOver;
        using var process = Process.Start(start)!;
        Remember(project, process);
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
        stores.Processes.Remove(project);
        if (limit.IsCancellationRequested)
        {
            screen.Warn($"{project} was stopped after {clock.Elapsed.TotalMinutes:0} min.");
        }

        var result = ProjectResult.Read(project, process.ExitCode, lines);
        screen.Report($"{project,-20} {result.Passed,5} passed {result.Failed,3} failed {result.Skipped,3} skipped  {clock.Elapsed.TotalSeconds,6:0.0} s{(result.HasCrashed ? "  CRASHED" : "")}");
        return result;
    }
}
