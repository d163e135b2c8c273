using Npgsql;

namespace Tumpang.Invariants;

/// <summary>
/// Checks delivery first, with patience for events that are under way, then every invariant. Reads as the auditor, who may change nothing.
/// </summary>
public static class Auditor
{
    static readonly TimeSpan DrainPatience = TimeSpan.FromMinutes(3);
    static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(500);

    /// <summary>What is checked, in this order.</summary>
    public static IReadOnlyList<Invariant> Checks { get; } = [Delivery.Invariant, .. Invariant.All];

    /// <summary>What does not hold; empty when everything does.</summary>
    /// <param name="postgres">Connection string of the auditor's role.</param>
    public static async Task<IReadOnlyList<Violation>> Check(string postgres, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres) { CommandTimeout = 120, Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await Drain(connection, ct);
        var violations = new List<Violation>();
        foreach (var invariant in Checks)
        {
            if (await invariant.Check(connection, ct) is { } violation)
            {
                violations.Add(violation);
            }
        }

        return violations;
    }

    static async Task Drain(NpgsqlConnection connection, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + DrainPatience;
        while (await Delivery.Invariant.Check(connection, ct) is not null && TimeProvider.System.GetUtcNow() < deadline)
        {
            await Task.Delay(DrainPoll, ct);
        }
    }
}
