using System.Text.RegularExpressions;

namespace Tumpang.Runner.Commands;

/// <summary>What one test program said.</summary>
internal sealed partial record ProjectResult(string Project, int ExitCode, int Total, int Failed, int Skipped, string Complaints)
{
    public int Passed => Total - Failed - Skipped;

    /// <summary>It ended badly for another reason than a failed test, or without a summary.</summary>
    public bool HasCrashed => ExitCode != 0 && Failed == 0;

    public static ProjectResult Read(string project, int exitCode, List<string> lines)
    {
        var summary = lines.Select(line => Summary().Match(line)).LastOrDefault(match => match.Success);
        var complaints = string.Join('\n', lines.Where(line => !Progress().IsMatch(line)));
        return summary is null
            ? new(project, exitCode == 0 ? 1 : exitCode, 0, 0, 0, complaints)
            : new(project, exitCode, Number("total"), Number("failed") + Number("errors"), Number("skipped") + Number("notrun"), complaints);

        // Where no test matched, the total stands alone.
        int Number(string group) => summary.Groups[group] is { Success: true } found ? int.Parse(found.Value) : 0;
    }

    [GeneratedRegex(@"Total: (?<total>\d+)(, Errors: (?<errors>\d+), Failed: (?<failed>\d+), Skipped: (?<skipped>\d+), Not Run: (?<notrun>\d+))?", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Summary();

    [GeneratedRegex(@"^\s*(Discovering|Discovered|Starting|Finished|=== TEST)", RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Progress();
}
