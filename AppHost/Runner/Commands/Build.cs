using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>Builds what is about to run, in one go, and not at all when no source has changed since.</summary>
internal static class Build
{
    static readonly string[] Sources = [".cs", ".csproj", ".props", ".targets", ".json", ".slnx", ".sql", ".html", ".js", ".css", ".svg", ".gz", ".editorconfig"];
    static readonly string[] NotSources = ["artifacts", ".fleet", ".git", "node_modules", "docs"];

    /// <summary>What ./fleet up runs.</summary>
    public static IReadOnlyList<string> Fleet { get; } = [Topology.MigratorProject, .. Topology.Services.Select(service => service.Project)];

    /// <summary>Builds these projects, unless they are built from the same sources already.</summary>
    public static async Task Projects(Repository repository, IReadOnlyList<string> projects, Screen screen, CancellationToken ct)
    {
        if (projects.FirstOrDefault(project => !File.Exists(Path.Combine(repository.Root, project))) is { } missing)
        {
            throw new FleetException($"{missing} does not exist.");
        }

        var sources = Fingerprint(repository.Root);
        var built = await Built(repository, sources, ct);
        if (projects.All(built.Contains))
        {
            return;
        }

        var list = Path.Combine(repository.Root, "artifacts", "fleet.proj");
        Directory.CreateDirectory(Path.GetDirectoryName(list)!);
        await File.WriteAllTextAsync(list, ListOf(repository, projects), ct);
        await Run(repository, $"building {projects.Count} projects", screen, ["restore", "Tumpang.slnx"], ["msbuild", list, "-m"], ct);
        await File.WriteAllLinesAsync(StampOf(repository), built.Union(projects).Prepend(sources), ct);
    }

    /// <summary>
    /// Copies the programs of these projects to <paramref name="directory"/>, to run from there: a build that overwrites a program
    /// under a running process crashes it.
    /// </summary>
    public static Repository Snapshot(Repository repository, IReadOnlyList<string> projects, string directory)
    {
        foreach (var from in projects.Select(project => Path.GetDirectoryName(repository.BuiltProgramOf(project))!))
        {
            var to = Path.Combine(directory, Path.GetFileName(Path.GetDirectoryName(from)!));
            if (Directory.Exists(to))
            {
                Directory.Delete(to, recursive: true);
            }

            foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }

        return repository with { Programs = directory };
    }

    /// <summary>The projects that were built from these sources.</summary>
    static async Task<IReadOnlyList<string>> Built(Repository repository, string sources, CancellationToken ct)
    {
        var stamp = File.Exists(StampOf(repository)) ? await File.ReadAllLinesAsync(StampOf(repository), ct) : [];
        return stamp is [var from, .. var projects] && from == sources ? [.. projects.Where(project => File.Exists(repository.ProgramOf(project)))] : [];
    }

    static string StampOf(Repository repository) => Path.Combine(repository.Root, "artifacts", "fleet.stamp");

    static async Task Run(Repository repository, string headline, Screen screen, string[] restore, string[] build, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        await screen.During(headline, async () =>
        {
            await Dotnet(repository, restore, ct);
            await Dotnet(repository, build, ct);
            return true;
        });
        screen.Report($"built ({clock.Elapsed.TotalSeconds:0} s)");
    }

    static Task<string> Dotnet(Repository repository, string[] arguments, CancellationToken ct) =>
        Tool.Run("dotnet", [.. arguments, "-nologo", "-v:q", "-nodeReuse:false"], ct: ct, directory: repository.Root);

    /// <summary>One build of many projects; the SDK has no such project type of its own.</summary>
    static string ListOf(Repository repository, IReadOnlyList<string> projects) => $"""
        <Project DefaultTargets="Build">
          <ItemGroup>
            {string.Join("\n    ", projects.Select(project => $"<Project Include=\"{Path.Combine(repository.Root, project)}\" />"))}
          </ItemGroup>
          <Target Name="Build">
            <MSBuild Projects="@(Project)" Targets="Build" Properties="Configuration={Repository.Configuration}" BuildInParallel="true" />
          </Target>
        </Project>
        """;

    /// <summary>Changes whenever a source file appears, disappears or is written; cheaper than asking the build.</summary>
    static string Fingerprint(string root)
    {
        var files = Directory.EnumerateFileSystemEntries(root)
            .Where(entry => !NotSources.Contains(Path.GetFileName(entry)))
            .SelectMany(entry => File.Exists(entry) ? [entry] : Directory.EnumerateFiles(entry, "*", SearchOption.AllDirectories))
            .Where(file => Sources.Contains(Path.GetExtension(file)))
            .Order(StringComparer.Ordinal);
        var all = new StringBuilder();
        foreach (var file in files)
        {
            all.Append(file).Append('|').Append(File.GetLastWriteTimeUtc(file).Ticks).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all.ToString())));
    }
}
