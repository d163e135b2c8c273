using System.Diagnostics;

namespace Tumpang.Runner.Processes;

/// <summary>How to start a process that outlives nobody's terminal: own session, output to a file, no input.</summary>
/// <param name="Program">What runs.</param>
/// <param name="Arguments">Its arguments.</param>
public sealed record Launch(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Variables on top of our own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Where output and errors are appended.</summary>
    public required string LogFile { get; init; }

    /// <summary>The account that it runs as; null for our own.</summary>
    public Account? Account { get; init; }

    /// <summary>Where it starts.</summary>
    public required string Directory { get; init; }

    /// <summary>Starts it. The pid is the program's own: the shell, setsid and setpriv become it.</summary>
    public Process Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Directory, UseShellExecute = false };
        // A session of its own keeps Ctrl-C at the terminal from reaching it: the order of stopping is ours.
        string[] line = ["-c", "log=$1; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogFile, .. Account?.Prefix ?? [], Program, .. Arguments];
        foreach (var word in line)
        {
            start.ArgumentList.Add(word);
        }

        foreach (var name in start.Environment.Keys.Where(IsNotForChildren).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>What our own surroundings say about addresses, stages and clocks must not leak into the fleet.</summary>
    static bool IsNotForChildren(string name) =>
        name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || name.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
        || name.StartsWith("services__", StringComparison.Ordinal)
        || name.StartsWith("CityClock__", StringComparison.Ordinal)
        || name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)
        || name is "DOTNET_ENVIRONMENT" or "DOTNET_LAUNCH_PROFILE" or "PORT" or "HTTP_PORTS" or "HTTPS_PORTS";
}

/// <summary>A system account to run a server as, because some refuse to run as root.</summary>
public sealed record Account(string Name)
{
    /// <summary>The words that go before a command to run it as this account.</summary>
    public IReadOnlyList<string> Prefix => ["setpriv", $"--reuid={Name}", $"--regid={Name}", "--clear-groups", "--"];
}

/// <summary>Runs small tools to their end.</summary>
public static class Tool
{
    /// <summary>Runs a tool; throws with the end of its output when it fails.</summary>
    public static async Task<string> Run(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string directory = "", CancellationToken ct = default)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        await using var end = ct.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var said = await output + await errors;
        await process.WaitForExitAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        return process.ExitCode == 0 ? said : throw new FleetException($"{Path.GetFileName(program)} failed ({process.ExitCode}): {said.Trim()}");
    }
}

/// <summary>Something a person can do something about; the message is the whole story, no stack trace needed.</summary>
public sealed class FleetException(string message) : Exception(message);
