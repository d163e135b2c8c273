using System.Collections.Concurrent;
using System.Text.Json;
using Npgsql;

namespace Tumpang.RecordedDay;

/// <summary>Who was not there, and looks at everything afterwards through the routes that operators have.</summary>
public sealed class Auditor(Office office, NpgsqlDataSource books)
{
    const int PagesAtOnce = 8;

    /// <summary>For a comparison of a whole day's file. System time.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>Works out every fare again.</summary>
    /// <returns>How many there were, and the rides whose fare came out differently.</returns>
    public async Task<Findings> Recompute(CancellationToken ct)
    {
        var (fares, different, cursor) = (0, new List<string>(), "");
        do
        {
            var page = await office.Must(office.FirstOperator, HttpMethod.Get, "billing", $"/v1/ops/fares/recomputed?limit=1000{cursor}", null, ct);
            fares += page.GetProperty("recomputed").GetInt32();
            different.AddRange(page.GetProperty("different").EnumerateArray().Select(ride => ride.GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String ? $"&cursor={next.GetString()}" : "";
        }
        while (cursor.Length > 0);
        return new(fares, different);
    }

    /// <summary>Reads the page of money of every ride that has a fare.</summary>
    /// <returns>How many there were, and the rides whose money does not add up from quote to payout.</returns>
    public async Task<Findings> FollowTheMoney(CancellationToken ct)
    {
        var rides = await Rides(ct);
        var astray = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(rides, new ParallelOptions { MaxDegreeOfParallelism = PagesAtOnce, CancellationToken = ct }, async (ride, _) =>
        {
            var page = await office.Must(office.FirstOperator, HttpMethod.Get, "billing", $"/v1/ops/rides/{ride}/money", null, ct);
            if (page.GetProperty("verdict").GetString() != "AddsUp")
            {
                astray.Add($"{ride}: {string.Join(", ", page.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("holds").GetBoolean()))}");
            }
        });
        return new(rides.Count, [.. astray]);
    }

    /// <summary>Has the provider's settlement files held against both books.</summary>
    /// <param name="since">When the services began, system time: the provider's days are those of the system.</param>
    /// <returns>How many lines the files had, and the differences that nothing explains.</returns>
    public async Task<Findings> Reconcile(DateTimeOffset since, CancellationToken ct)
    {
        var (lines, open) = (0, new List<string>());
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        for (var day = DateOnly.FromDateTime(since.UtcDateTime); day <= today; day = day.AddDays(1))
        {
            var result = await Reconcile(day, ct);
            lines += result.GetProperty("reconciliation") is var reconciliation && Has(reconciliation, "lines") ? reconciliation.GetProperty("lines").GetInt32() : 0;
            open.AddRange(result.GetProperty("differences").EnumerateArray().Where(IsOpen).Select(difference => difference.ToString()));
        }

        return new(lines, open);
    }

    async Task<JsonElement> Reconcile(DateOnly day, CancellationToken ct)
    {
        var path = $"/v1/ops/reconciliations/{day:yyyy-MM-dd}";
        await office.Must(office.FirstOperator, HttpMethod.Post, "payment", path + "/run", null, ct);
        for (var deadline = TimeProvider.System.GetUtcNow() + Patience; ; await Task.Delay(Poll, ct))
        {
            var result = await office.Must(office.FirstOperator, HttpMethod.Get, "payment", path, null, ct);
            if (IsDone(result.GetProperty("reconciliation")))
            {
                return result;
            }

            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                office.Measured.Error($"not within {Patience.TotalMinutes:0} minutes: {day} is reconciled; {result.GetProperty("reconciliation")}");
                return result;
            }
        }
    }

    async Task<IReadOnlyList<Guid>> Rides(CancellationToken ct)
    {
        await using var command = books.CreateCommand("select distinct ride_id from billing.fares order by ride_id");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rides = new List<Guid>();
        while (await reader.ReadAsync(ct))
        {
            rides.Add(reader.GetGuid(0));
        }

        return rides;
    }

    static bool IsDone(JsonElement reconciliation) =>
        !reconciliation.GetProperty("underWay").GetBoolean() && Has(reconciliation, "ledgerCheckedAt") && reconciliation.GetProperty("status").GetString() != "Due";

    static bool IsOpen(JsonElement difference) => !Has(difference, "closedAt");

    static bool Has(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
}

/// <summary>What came of looking at many things.</summary>
/// <param name="Looked">At how many.</param>
/// <param name="Wrong">Those that are not as they should be.</param>
public sealed record Findings(int Looked, IReadOnlyList<string> Wrong)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Looked}, {Wrong.Count}";
}
