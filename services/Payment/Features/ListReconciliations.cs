using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>The days that were reconciled, newest first, with how many differences of theirs are still open.</summary>
internal static class ListReconciliations
{
    const int LongestPage = 100;

    const string Page = $"""
        select   {ReconciliationRow.Columns}
        from     payment.reconciliations it
        where    (@Before::date is null or it.day < @Before::date)
        order by it.day desc, it.provider
        limit    @Limit
        """;

    /// <param name="OpenDifferences">Of all days together: zero when everything is explained.</param>
    /// <param name="Providers">Whose books are held against ours, and whose are not.</param>
    internal sealed record Answer(
        IReadOnlyList<ReconciliationView> Reconciliations, long OpenDifferences, DateOnly? NextCursor, IReadOnlyList<ProviderBooks> Providers);

    /// <param name="HasSettlementFiles">False: none that we read, so that no day of it is ever listed here.</param>
    internal sealed record ProviderBooks(string Provider, bool HasSettlementFiles);

    const string AllOpen = "select count(*) from payment.differences where closed_at is null";

    public static async Task<Ok<Answer>> Handle(
        DateOnly? cursor, int? limit, Database database, IEnumerable<ISettlementFiles> files, CancellationToken ct)
    {
        var page = Math.Clamp(limit ?? 31, 1, LongestPage);
        var rows = await database.List<ReconciliationRow>(Page, new { Before = cursor?.ToString("yyyy-MM-dd"), Limit = page }, ct);
        var open = await database.Find<long>(AllOpen, null, ct);
        var next = rows.Count == page ? DateOnly.FromDateTime(rows[^1].Day) : (DateOnly?)null;
        var books = PaymentProviders.Names.Select(name => new ProviderBooks(name, files.Any(each => each.Name == name)));
        return TypedResults.Ok(new Answer([.. rows.Select(row => row.View())], open, next, [.. books]));
    }
}

/// <summary>A day of a provider as it is read.</summary>
internal sealed record ReconciliationRow(
    string Provider, DateTime Day, string Status, DateTimeOffset? DueAt, DateTimeOffset? AsOf, int? Lines, string? Failure, DateTimeOffset? FinishedAt,
    DateTimeOffset? LedgerCheckedAt, long Found, long Open)
{
    /// <summary>From payment.reconciliations it.</summary>
    public const string Columns = """
        it.provider, it.day::timestamp as day, it.status, it.due_at, it.as_of, it.lines, it.failure, it.finished_at, it.ledger_checked_at,
        (select count(*) from payment.differences where provider = it.provider and day = it.day) as found,
        (select count(*) from payment.differences where provider = it.provider and day = it.day and closed_at is null) as open
        """;

    public ReconciliationView View() =>
        new(Provider, DateOnly.FromDateTime(Day), Status, DueAt is not null, AsOf, Lines, Failure, FinishedAt, LedgerCheckedAt, Found, Open);
}

/// <summary>What came of holding a day's settlement file against our books. Instants are system time, as the provider's.</summary>
/// <param name="Status">Due: not done yet. Preliminary: the provider had not closed the day. Final: it had.</param>
/// <param name="UnderWay">It is to be done, or done again.</param>
/// <param name="AsOf">The file's cut-off.</param>
/// <param name="Failure">Why the last try came to nothing; it is repeated every minute.</param>
/// <param name="LedgerCheckedAt">Absent while billing's ledger could not be asked.</param>
internal sealed record ReconciliationView(
    string Provider, DateOnly Day, string Status, bool UnderWay, DateTimeOffset? AsOf, int? Lines, string? Failure, DateTimeOffset? FinishedAt,
    DateTimeOffset? LedgerCheckedAt, long DifferencesFound, long DifferencesOpen);
