using Spectre.Console;
using Tumpang.Invariants;

namespace Tumpang.Simulator;

/// <summary>The last part of the report: what must always hold, checked on the databases once every event has reached every consumer.</summary>
public static class Audit
{
    /// <summary>What does not hold.</summary>
    public static Task<IReadOnlyList<Violation>> Check(string postgres, CancellationToken ct) => Auditor.Check(postgres, ct);

    /// <summary>Checks, prints the outcome, and tells whether everything holds.</summary>
    /// <param name="beside">Names of invariants about services that did not take part.</param>
    public static async Task<bool> Run(string postgres, CancellationToken ct, params IReadOnlyCollection<string> beside)
    {
        var violations = (await Check(postgres, ct)).Where(violation => !beside.Contains(violation.Invariant)).ToList();
        var table = new Table().Border(TableBorder.Rounded).AddColumn("invariant").AddColumn("holds");
        foreach (var (name, _) in Auditor.Checks.Where(check => !beside.Contains(check.Name)))
        {
            table.AddRow(name.Replace('_', ' '), violations.FirstOrDefault(violation => violation.Invariant == name) is { } broken ? $"[red]no: {broken.Rows} rows[/]" : "yes");
        }

        AnsiConsole.Write(table);
        foreach (var violation in violations)
        {
            Console.WriteLine($"  {violation.Invariant}: {violation.Example}");
        }

        return violations.Count == 0;
    }
}
