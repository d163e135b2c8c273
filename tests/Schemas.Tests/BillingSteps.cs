using Dapper;
using Npgsql;
using Tumpang.Runner.Fleets;
using Xunit;

namespace Tumpang.Schemas.Tests;

/// <summary>A step of billing's schema and all that came after it, forth and back.</summary>
/// <param name="first">Its name, without the number.</param>
sealed class BillingSteps(string first)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task Back(NpgsqlConnection connection)
    {
        foreach (var step in Files("down").Reverse()) await connection.ExecuteAsync(await File.ReadAllTextAsync(step, Ct));
    }

    public async Task Forth(NpgsqlConnection connection)
    {
        foreach (var step in Files("up")) await connection.ExecuteAsync(await File.ReadAllTextAsync(step, Ct));
    }

    IEnumerable<string> Files(string way)
    {
        var folder = Path.Combine(Repository.Find().Root, "schemas", "billing");
        var file = Assert.Single(Directory.GetFiles(folder, $"*_{first}.{way}.sql"));
        return Directory.GetFiles(folder, $"*.{way}.sql").Order(StringComparer.Ordinal).SkipWhile(each => each != file);
    }
}
