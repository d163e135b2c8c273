using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Fleets;

/// <summary>The working copy that this program was built from: where projects are, and where their builds land.</summary>
public sealed record Repository(string Root)
{
    /// <summary>The configuration that runs.</summary>
    public const string Configuration = "Release";

    /// <summary>Finds the repository around the running program (artifacts/bin/…) or the current directory.</summary>
    public static Repository Find() =>
        Above(AppContext.BaseDirectory) ?? Above(Directory.GetCurrentDirectory())
        ?? throw new FleetException("This is not inside the repository: no Tumpang.slnx above it.");

    /// <summary>Where built programs are run from, when that is not where the build puts them: one folder per project.</summary>
    public string? Programs { get; init; }

    /// <summary>State of the fleet that ./fleet up runs.</summary>
    public string StateDirectory => Path.Combine(Root, ".fleet");

    /// <summary>The program that a project builds to.</summary>
    public string ProgramOf(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        var directory = Programs is null ? Path.Combine(Root, "artifacts", "bin", name, "release") : Path.Combine(Programs, name);
        return Path.Combine(directory, $"Tumpang.{name}.dll");
    }

    /// <summary>The built program; an error that says so when there is none.</summary>
    public string BuiltProgramOf(string project) => ProgramOf(project) is var program && File.Exists(program)
        ? program
        : throw new FleetException($"{project} is not built: {program} does not exist. Try: dotnet build {project} -c Release");

    static Repository? Above(string start)
    {
        for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Tumpang.slnx")))
            {
                return new(at.FullName);
            }
        }

        return null;
    }
}
