using Spectre.Console;
using Tumpang.Contracts;

namespace Tumpang.RecordedDay;

/// <summary>What is going on, and in the end what came of it.</summary>
public sealed class DayReport(Office office, Day day, DayRecord record, Accounts accounts)
{
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    static readonly string[] Counted =
    [
        "quotes", "rides", "completed", "cancelled by Passenger", "cancelled by Driver", "refunds asked for", "approved by a second operator", "debts settled",
    ];

    /// <summary>Prints a line every few seconds until the day is over.</summary>
    /// <param name="offset">Of the city's clocks.</param>
    public async Task Watch(TimeSpan offset, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Beat);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                Console.WriteLine(Line(offset));
            }
        }
        catch (OperationCanceledException)
        {
            // The day is over.
        }
    }

    /// <summary>Prints the figures of the day, from the phones and from the books.</summary>
    /// <param name="audit">What an auditor looked at, and what was wrong with it.</param>
    public async Task Print(IReadOnlyList<(string What, Findings Found)> audit, TimeSpan took, CancellationToken ct)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("figure").AddColumn(new TableColumn("value").RightAligned());
        table.Title = new($"{record.Trips.Count} recorded trips, {office.Clock.Factor:0} times as fast, {took.TotalSeconds:0} s");
        Array.ForEach(Counted, name => table.AddRow(name, $"{office.Measured.CountOf(name)}"));
        foreach (var (name, figure) in await accounts.Figures(ct))
        {
            table.AddRow(name, $"{figure}");
        }

        foreach (var (account, minorUnits) in await accounts.Sums(record.Currency, ct))
        {
            table.AddRow($"ledger: {account}", new Money(minorUnits, record.Currency).ToString());
        }

        foreach (var (what, found) in audit)
        {
            table.AddRow(what, $"{found}");
        }

        table.AddRow("unexpected errors", $"{office.Measured.Errors.Count}");
        AnsiConsole.Write(table);
        foreach (var error in office.Measured.Errors.Concat(audit.SelectMany(one => one.Found.Wrong)).Take(20))
        {
            Console.WriteLine($"  error: {error}");
        }
    }

    string Line(TimeSpan offset)
    {
        var measured = office.Measured;
        return $"{office.Clock.GetUtcNow().ToOffset(offset):dd HH:mm}  {day.Phase}  quotes {measured.CountOf("quotes")} of {record.Trips.Count}  "
            + $"rides {measured.CountOf("rides")}  completed {measured.CountOf("completed")}  refunds {measured.CountOf("refunds asked for")}  "
            + $"debts settled {measured.CountOf("debts settled")}  errors {measured.Errors.Count}";
    }
}
