using System.CommandLine;
using Spectre.Console;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet status: what runs where, and how it is.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "What runs where, and whether it is healthy (exit code 1 when something is not).");
        command.SetAction((_, _) =>
        {
            if (FleetState.OfRunning(Repository.Find().StateDirectory) is not { } state)
            {
                Screen.Output.Report("The fleet is not running. ./fleet up starts it.");
                return Task.FromResult(1);
            }

            return Task.FromResult(Print(state, Screen.Output) ? 0 : 1);
        });
        return command;
    }

    /// <summary>The table; true when all is healthy.</summary>
    public static bool Print(FleetState state, Screen screen)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var rows = state.Processes.AsParallel().AsOrdered().WithDegreeOfParallelism(16).Select(process => RowOf(process, http)).ToList();
        var table = new Table().Border(TableBorder.Rounded).AddColumns("name", "url", "pid", "health").AddColumn(new TableColumn("memory").RightAligned());
        foreach (var row in rows)
        {
            table.AddRow(row.Name, row.Url, row.Pid, row.IsHealthy ? "[green]healthy[/]" : "[red]down[/]", $"{row.Bytes >> 20} MB");
        }

        screen.Console.Write(table);
        screen.Report($"Gateway {state.Gateway}  API {new Uri(state.Gateway, "/docs")}  memory {(rows.Sum(row => row.Bytes) + state.Supervisor.OwnResidentBytes) >> 20} MB  logs {Path.GetDirectoryName(state.Processes[0].LogFile)}");
        if (state.Clock is { } clock)
        {
            var now = clock.CityStart + ((TimeProvider.System.GetUtcNow() - clock.SystemStart) * clock.Factor);
            screen.Report($"City time {now.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {clock.Factor} times as fast");
        }

        return rows.TrueForAll(row => row.IsHealthy);
    }

    static Row RowOf(RunningProcess process, HttpClient http)
    {
        // A restarted process has another pid than the state says: its record knows.
        var running = new ProcessRegistry(Path.Combine(Path.GetDirectoryName(process.LogFile)!, "..", "run")).Find(process.Name);
        var url = process.Url.GetLeftPart(UriPartial.Authority);
        return new(process.Name, url, running is { } one ? $"{one.Pid}" : "-", running is not null && IsHealthy(process, http), running is { } alive ? alive.ResidentBytes : 0);
    }

    static bool IsHealthy(RunningProcess process, HttpClient http)
    {
        if (process.IsStore)
        {
            return Servers.PortCheck.IsTaken(process.Url.Port);
        }

        try
        {
            using var answer = http.Send(new(HttpMethod.Get, new Uri(process.Url, "/health")));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    sealed record Row(string Name, string Url, string Pid, bool IsHealthy, long Bytes);
}
