using Tumpang.Contracts;

namespace Tumpang.Rides;

/// <summary>A case without its text, as lists show it.</summary>
/// <param name="Number">Counts the cases of one side of one ride.</param>
/// <param name="ClosedAt">City time; absent while it is open.</param>
/// <param name="Note">What came of it, once closed; for operators.</param>
/// <param name="Text">What was reported; only of a single case, and of the caller's own.</param>
sealed record CaseView(
    Guid CaseId, Guid RideId, CaseKind Kind, Party By, Guid OpenedBy, int Number, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt,
    Guid? ClosedBy = null, string? Note = null, string? Text = null);

/// <summary>A row of ride.cases.</summary>
sealed record CaseRow(
    Guid CaseId, Guid RideId, string Kind, string Side, Guid OpenedBy, short Number, DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt, Guid? ClosedBy,
    string? Note, string Text)
{
    public const string Select = "select case_id, ride_id, kind, side, opened_by, number, opened_at, closed_at, closed_by, note, text from ride.cases";

    /// <summary>All of it, for operators.</summary>
    public CaseView ToView() => Listed() with { Text = Text };

    /// <summary>As a list for operators has it.</summary>
    public CaseView Listed() => new(
        CaseId, RideId, Enum.Parse<CaseKind>(Kind), Enum.Parse<Party>(Side), OpenedBy, Number, OpenedAt, ClosedAt, ClosedBy, Note);

    /// <summary>As whoever opened it sees it.</summary>
    public CaseView Own() => ToView() with { ClosedBy = null, Note = null };
}
