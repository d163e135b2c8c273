using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>A program that uses a running fleet: it is told where, and the terminal is its own.</summary>
internal static class Visitor
{
    public static async Task<int> Run(Repository repository, string project, string state, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var start = new System.Diagnostics.ProcessStartInfo("dotnet", [repository.BuiltProgramOf(project), .. arguments]) { UseShellExecute = false, WorkingDirectory = repository.Root };
        start.Environment["FLEET_STATE"] = state;
        using var process = System.Diagnostics.Process.Start(start)!;
        // Ctrl-C reaches it by itself, a SIGTERM to us does not; either way it says its last words before we go on.
        await using var end = ct.Register(() => ProcessIdentity.Of(process.Id)?.Send(Signal.Terminate));
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
