using Spectre.Console;
using Tumpang.Contracts;

namespace Tumpang.Simulator;

/// <summary>What the evening was like, in figures, and whether everything that must hold did.</summary>
public sealed class Report(City city, RushPlan plan, TimeSpan took)
{
    const string Currency = "USD";
    Measurements Measured => city.Measured;

    /// <summary>Prints the figures of the run.</summary>
    public void Print()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("figure").AddColumn(new TableColumn("value").RightAligned());
        table.Title = new($"{plan.Minutes} city minutes, {plan.Drivers} drivers, seed {plan.Seed}, {city.Clock.Factor:0.#} times as fast, {took.TotalSeconds:0} s");
        Rides(table);
        Waits(table);
        Money(table);
        AnsiConsole.Write(table);
        Footnotes();
    }

    void Rides(Table table)
    {
        Row(table, "requests", Measured.CountOf("requests"));
        Row(table, "matched", Measured.CountOf("matched"));
        Row(table, "matched ahead, with a driver still on a ride", Measured.CountOf("promised ahead"));
        Row(table, "completed", Measured.CountOf("completed"));
        Row(table, "paid", Measured.CountOf("ended paid"));
        Row(table, "cancelled", Measured.CountOf("ended cancelled"));
        Row(table, "unserved", Measured.CountOf("ended unserved"));
        Row(table, "offers made", Measured.CountOf("offers"));
        Row(table, "positions sent", Measured.CountOf("positions"));
    }

    void Waits(Table table)
    {
        Pair(table, "request to match, city s", "match wait s");
        Pair(table, "request to driver at the door, city s", "pickup wait s");
        Latency(table, "HTTP, ms", "http");
        Latency(table, "event to phone, ms", "push");
        var accuracy = city.MeterAccuracies();
        table.AddRow("metered ÷ true distance p5 / p50 / p95", accuracy.Length == 0 ? "-" : $"{At(accuracy, 0.05):0.000} / {At(accuracy, 0.5):0.000} / {At(accuracy, 0.95):0.000}");
    }

    void Money(Table table)
    {
        table.AddRow("charged", Amount("charged minor units"));
        table.AddRow("commission", Amount("commission minor units"));
        table.AddRow("driver earnings", Amount("earning minor units"));
        table.AddRow("tax", Amount("tax minor units"));
        Row(table, "unexpected errors", Measured.Errors.Count);
    }

    void Footnotes()
    {
        foreach (var (what, count) in Measured.CountsLike("re").Where(count => count.Key.Contains(':', StringComparison.Ordinal)))
        {
            Console.WriteLine($"  {count,6} × {what}");
        }

        foreach (var error in Measured.Errors.Take(20))
        {
            Console.WriteLine($"  error: {error}");
        }
    }

    string Amount(string series) => new Money((long)Measured.Sum(series), Currency).ToString();

    void Pair(Table table, string name, string series) =>
        table.AddRow($"{name} p50 / p95", $"{Measured.Percentile(series, 0.5):0} / {Measured.Percentile(series, 0.95):0}");

    void Latency(Table table, string name, string series) =>
        table.AddRow($"{name} p50 / p99", $"{Measured.Percentile(series, 0.5):0.0} / {Measured.Percentile(series, 0.99):0.0}");

    static void Row(Table table, string name, int value) => table.AddRow(name, value.ToString());

    static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];
}
