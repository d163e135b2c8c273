using System.Reflection;
using Npgsql;

namespace Tumpang.Invariants;

/// <summary>What must always hold on the databases, as a query for the rows that break it.</summary>
/// <param name="Name">The name of its file, without the ending.</param>
public sealed record Invariant(string Name, string Sql)
{
    /// <summary>Every file of this folder, in the order of their numbers.</summary>
    public static IReadOnlyList<Invariant> All { get; } =
        [.. typeof(Invariant).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal).Select(name => new Invariant(name, Read(name)))];

    /// <summary>Runs it; null when it holds.</summary>
    public async Task<Violation?> Check(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select count(*), coalesce(min(broken::text), '') from ({Sql.Trim().TrimEnd(';')}\n) broken", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetInt64(0) is > 0 and var rows ? new(Name, rows, reader.GetString(1)) : null;
    }

    static string Read(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}

/// <summary>An invariant that does not hold: how many rows say so, and one of them.</summary>
public sealed record Violation(string Invariant, long Rows, string Example);
