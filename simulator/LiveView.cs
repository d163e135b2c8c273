using Spectre.Console;

namespace Tumpang.Simulator;

/// <summary>The picture of the running city: one line that renews itself, or a line every few seconds where there is no terminal.</summary>
public sealed class LiveView(City city, RushHour rush)
{
    static readonly TimeSpan TerminalBeat = TimeSpan.FromSeconds(1);
    static readonly TimeSpan PlainBeat = TimeSpan.FromSeconds(10);

    int completedBefore;
    DateTimeOffset drawnBefore = TimeProvider.System.GetUtcNow();

    /// <summary>Draws until the run ends.</summary>
    public async Task Draw(CancellationToken ct)
    {
        var terminal = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;
        using var timer = new PeriodicTimer(terminal ? TerminalBeat : PlainBeat);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                Console.Write(terminal ? $"\r\u001b[2K{Line()}" : $"{Line()}\n");
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine();
        }
    }

    string Line()
    {
        var measured = city.Measured;
        var local = TimeZoneInfo.ConvertTime(city.Clock.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));
        var preparing = rush.Phase.EndsWith("log in", StringComparison.Ordinal) ? $" {measured.CountOf(rush.Phase)}/{(rush.Phase[0] == 'd' ? rush.Drivers.Count : rush.Passengers.Count)}" : "";
        return $"{local:HH:mm:ss}  {rush.Phase}{preparing}  requests {measured.CountOf("requests")}  searching {InState("searching")}  "
            + $"waiting {InState("waiting") + InState("boarding")}  riding {InState("riding")}  completed {measured.CountOf("completed")} ({PerMinute():0}/min)  "
            + $"paid {measured.CountOf("ended paid")}  free cars {rush.Drivers.Count(driver => driver.State == "free")}  "
            + $"wait p50 {measured.Percentile("pickup wait s", 0.5):0} s  http p99 {measured.Percentile("http", 0.99):0} ms  errors {measured.Errors.Count}";
    }

    int InState(string state) => rush.Passengers.Count(passenger => passenger.State == state);

    /// <summary>Completed rides per real minute since the last line.</summary>
    double PerMinute()
    {
        var (completed, now) = (city.Measured.CountOf("completed"), TimeProvider.System.GetUtcNow());
        var rate = (completed - completedBefore) / Math.Max(0.001, (now - drawnBefore).TotalMinutes);
        (completedBefore, drawnBefore) = (completed, now);
        return rate;
    }
}
