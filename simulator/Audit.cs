using Npgsql;
using Spectre.Console;
using Tumpang.Contracts;

namespace Tumpang.Simulator;

/// <summary>An invariant that does not hold, with some of the rows that say so.</summary>
public sealed record Violation(string Invariant, long Rows, string Example);

/// <summary>
/// Checks on the databases what must always hold: one SQL file per invariant under schemas/invariants, each returning the rows that break it.
/// Reads as the auditor, who may change nothing, once every event has reached every consumer.
/// </summary>
public static class Audit
{
    static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(60);
    static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(500);

    static readonly IReadOnlyDictionary<string, string> SchemaOf = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["user"] = "users", ["location"] = "location", ["match"] = "match", ["ride"] = "ride", ["billing"] = "billing", ["payment"] = "payment",
    };

    /// <summary>Checks, prints the outcome, and tells whether everything holds.</summary>
    public static async Task<bool> Run(string postgres, CancellationToken ct)
    {
        var violations = await Check(postgres, ct);
        var table = new Table().Border(TableBorder.Rounded).AddColumn("invariant").AddColumn("holds");
        foreach (var name in Files().Select(NameOf).Prepend(Delivery))
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

    /// <summary>Waits for the events to arrive, then runs every invariant.</summary>
    public static async Task<IReadOnlyList<Violation>> Check(string postgres, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres) { CommandTimeout = 120, MaxPoolSize = 2 }.ConnectionString);
        var violations = new List<Violation>();
        if (await Undelivered(source, ct) is { Rows: > 0 } undelivered)
        {
            violations.Add(undelivered);
        }

        foreach (var file in Files())
        {
            var broken = await Query(source, NameOf(file), await File.ReadAllTextAsync(file, ct), ct);
            if (broken.Rows > 0)
            {
                violations.Add(broken);
            }
        }

        return violations;
    }

    const string Delivery = "00_every_event_reaches_every_consumer";

    /// <summary>Events that are still in an outbox, or that a consumer's inbox does not know; after patience with what is under way.</summary>
    static async Task<Violation> Undelivered(NpgsqlDataSource source, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + DrainPatience;
        while (true)
        {
            var missing = await Query(source, Delivery, DeliveryQuery, ct);
            if (missing.Rows == 0 || TimeProvider.System.GetUtcNow() > deadline)
            {
                return missing;
            }

            await Task.Delay(DrainPoll, ct);
        }
    }

    static string DeliveryQuery { get; } = string.Join("\nunion all\n",
    [
        .. SchemaOf.Values.Select(schema => $"select '{schema} outbox' as where_missing, event_type, event_id from {schema}.outbox"),
        .. Subscriptions.All.Where(subscription => SchemaOf.ContainsKey(subscription.Service)).Select(Unheard),
    ]);

    static string Unheard(Subscription subscription)
    {
        var (owner, consumer) = (SchemaOf[OwnerOf(subscription.Event)], SchemaOf[subscription.Service]);
        return $"""
            select '{subscription.Queue}', sent.event_type, sent.event_id from {owner}.outbox_archive sent
            where  sent.event_type = '{subscription.Event.Name}'
            and    not exists (select from {consumer}.inbox heard where heard.consumer = 'On{subscription.Event.Name}' and heard.event_id = sent.event_id)
            """;
    }

    /// <summary>The schema whose outbox an event leaves from.</summary>
    static string OwnerOf(Type eventType) => eventType.Name switch
    {
        nameof(UserRegistered) or nameof(DriverApproved) or nameof(DriverSuspended) or nameof(UserDeactivated) => "user",
        nameof(DriverCameOnline) or nameof(DriverWentOffline) or nameof(RideProgressed) or nameof(RideTrackClosed) => "location",
        nameof(RideCreated) or nameof(DriverArrived) or nameof(RideStarted) or nameof(RideCompleted) or nameof(RideCancelled) or nameof(RideRated) => "ride",
        nameof(FareProgressed) or nameof(FareFinalised) or nameof(PassengerDebtIncurred) or nameof(PassengerDebtSettled) => "billing",
        nameof(PaymentMethodAdded) or nameof(PaymentMethodRemoved) or nameof(PaymentSucceeded) or nameof(PaymentFailed) => "payment",
        _ => "match",
    };

    static async Task<Violation> Query(NpgsqlDataSource source, string name, string sql, CancellationToken ct)
    {
        await using var command = source.CreateCommand($"select count(*), coalesce(min(broken::text), '') from ({sql.Trim().TrimEnd(';')}\n) broken");
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new(name, reader.GetInt64(0), reader.GetString(1));
    }

    static IEnumerable<string> Files() => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "invariants"), "*.sql").Order(StringComparer.Ordinal);

    static string NameOf(string file) => Path.GetFileNameWithoutExtension(file);
}
