using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>Rules of the house that the compiler cannot hold, read off the source itself.</summary>
public sealed partial class ArchitectureTests
{
    static readonly string Services = Path.GetFullPath(Path.Combine(Here(), "..", "..", "services"));

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

    static string[] Files(string pattern)
    {
        var files = Directory.GetFiles(Services, pattern, SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        return files;
    }

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ParameterList();

    [GeneratedRegex(@"\bTransaction \w+\s*[,)]", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex TakesTransaction();

    [GeneratedRegex(@"\bDatabase \w+\s*[,)]", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex TakesDatabase();

    [GeneratedRegex(@"<ProjectReference Include=""[^""]*/(?<name>\w+)\.csproj""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Reference();
}
