using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>Rules of the house that the compiler cannot hold, read off the source itself.</summary>
public sealed partial class ArchitectureTests
{
    static readonly string Services = Path.GetFullPath(Path.Combine(Here(), "..", "..", "services"));
    static readonly string Tests = Path.GetFullPath(Path.Combine(Here(), ".."));

    /// <remarks>A second connection inside a transaction can empty the pool for ever.</remarks>
    [Fact]
    public void Nothing_that_takes_a_transaction_takes_the_database_too()
    {
        var lists = Files("*.cs").SelectMany(file => ParameterList().Matches(File.ReadAllText(file)).Select(list => (file, list.Value)));

        var both = lists.Where(at => TakesTransaction().IsMatch(at.Value) && TakesDatabase().IsMatch(at.Value));

        Assert.Empty(both);
    }

    [Fact]
    public void No_service_references_another_service()
    {
        string[] shared = ["ServiceDefaults", "Contracts", "Roads", "Zones"];

        var references = Files("*.csproj").SelectMany(file => Reference().Matches(File.ReadAllText(file)).Select(found => found.Groups["name"].Value));

        Assert.All(references, name => Assert.Contains(name, shared));
    }

    /// <summary>What went wrong with money at NebengJek, by the numbers of the list in tests/README.md: whoever sees a test fail sees which of it is back.</summary>
    [Fact]
    public void Every_money_defect_of_NebengJek_names_a_test()
    {
        int[] defects = [9, 10, .. Enumerable.Range(15, 11), 28];
        var listed = File.ReadAllText(Path.Combine(Tests, "README.md"));

        var named = Files("*.cs", Tests).SelectMany(file => NamedAfterDefect().Matches(File.ReadAllText(file))).ToList();

        Assert.Empty(defects.Except(named.Select(test => int.Parse(test.Groups["defect"].Value, CultureInfo.InvariantCulture))));
        Assert.All(named, test => Assert.Contains($".{test.Groups["test"].Value}`", listed));
    }

    static string[] Files(string pattern, string? under = null)
    {
        var files = Directory.GetFiles(under ?? Services, pattern, SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        return files;
    }

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex ParameterList();

    [GeneratedRegex(@"\bTransaction \w+\s*[,)]", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex TakesTransaction();

    [GeneratedRegex(@"\bDatabase \w+\s*[,)]", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex TakesDatabase();

    [GeneratedRegex(
        @"\[(Fact|Theory)\][^;{}]*?public (void|async Task) (?<test>NebengJek_(?<defect>[0-9]+)_\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex NamedAfterDefect();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/(?<name>\w+)\.csproj""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Reference();
}
