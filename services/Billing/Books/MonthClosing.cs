using System.Globalization;
using System.Text.Json.Serialization;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// The life of a closing:
/// <code>
/// Proposed ──→ Closed | Rejected
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<MonthClosingStatus>))]
internal enum MonthClosingStatus { Proposed, Closed, Rejected }

/// <summary>A month of the books: of city time, UTC, whatever clock a city keeps.</summary>
internal readonly record struct BookMonth(DateOnly First)
{
    /// <summary>Before and after these nobody keeps books.</summary>
    const int FirstYear = 2000, LastYear = 9_000;

    /// <summary>The first instant that is not in it.</summary>
    public DateTimeOffset End => new(First.AddMonths(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    /// <summary>From its name, for example 2013-11; null when that is none.</summary>
    public static BookMonth? Parse(string name) =>
        DateOnly.TryParseExact(name, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first) && first.Year is >= FirstYear and <= LastYear
            ? new(first)
            : null;

    public override string ToString() => First.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>As Postgres reads a date.</summary>
    public string ToSql() => First.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Somebody wants the books closed until the end of a month.</summary>
internal sealed record MonthClosing(
    Guid ClosingId, DateTime Month, MonthClosingStatus Status, Guid ProposedBy, DateTimeOffset ProposedAt, Guid? DecidedBy, DateTimeOffset? DecidedAt)
{
    public const string Columns = """
        select closing_id, month::timestamp as month, status, proposed_by, proposed_at, decided_by, decided_at
        from   billing.month_closings
        """;

    public MonthClosingView View => new(new BookMonth(DateOnly.FromDateTime(Month)).ToString(), Status, ProposedBy, ProposedAt, DecidedBy, DecidedAt);
}

/// <summary>A closing as operators see it.</summary>
/// <param name="Month">With it everything before it is closed, too.</param>
internal sealed record MonthClosingView(
    string Month, MonthClosingStatus Status, Guid ProposedBy, DateTimeOffset ProposedAt, Guid? DecidedBy, DateTimeOffset? DecidedAt);

/// <summary>The SQL that the features of closings share. How far the books are closed is one row, which only ever moves on.</summary>
internal static class MonthClosingStore
{
    const string LockProposed = MonthClosing.Columns + """

        where  month = @Month::date and status = 'Proposed'
        for    update
        """;

    const string DecideOne = """
        update billing.month_closings
        set    status = @Status, decided_by = @By, decided_at = @Now
        where  closing_id = @ClosingId
        """;

    const string IsOpenUntil = "select closed_until is null or closed_until < @End from billing.ledger_horizon";

    // Alone: whoever has begun to post is done, and whoever has not finds the month closed.
    const string LockLedger = "select pg_advisory_xact_lock(hashtext('billing.ledger'))";

    const string MoveHorizon = "update billing.ledger_horizon set closed_until = @End where closed_until is null or closed_until < @End";

    /// <summary>The proposal to close that month, locked; null when there is none.</summary>
    public static Task<MonthClosing?> LockProposedClosing(this Transaction tx, BookMonth month, CancellationToken ct) =>
        tx.Find<MonthClosing>(LockProposed, new { Month = month.ToSql() }, ct);

    public static Task<bool> IsOpen(this Transaction tx, BookMonth month, CancellationToken ct) => tx.Find<bool>(IsOpenUntil, new { month.End }, ct);

    /// <summary>Closes the books until the end of the month; false when they were.</summary>
    public static async Task<bool> CloseBooks(this Transaction tx, BookMonth month, CancellationToken ct)
    {
        await tx.Execute(LockLedger, null, ct);
        return await tx.Execute(MoveHorizon, new { month.End }, ct) == 1;
    }

    public static async Task<MonthClosing> Decide(
        this Transaction tx, MonthClosing closing, MonthClosingStatus status, Guid by, DateTimeOffset now, CancellationToken ct)
    {
        await tx.Execute(DecideOne, new { closing.ClosingId, Status = status.ToString(), By = by, Now = now }, ct);
        return closing with { Status = status, DecidedBy = by, DecidedAt = now };
    }
}
