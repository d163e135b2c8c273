using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Cases, for operators: those that are open, the oldest first; or all, the newest first. What they say is read one by one.</summary>
static class ListCases
{
    const int DefaultLimit = 50;
    const int LargestLimit = 200;

    /// <param name="NextCursor">Pass it as cursor to get the next page; absent on the last one.</param>
    public sealed record Page(IReadOnlyList<CaseView> Cases, Guid? NextCursor);

    const string Open = CaseRow.Select + " where closed_at is null and (@Cursor::uuid is null or case_id > @Cursor) order by case_id limit @Limit + 1";

    const string All = CaseRow.Select + " where @Cursor::uuid is null or case_id < @Cursor order by case_id desc limit @Limit + 1";

    public static async Task<IResult> Handle(Database database, CancellationToken ct, bool all = false, Guid? cursor = null, int limit = DefaultLimit)
    {
        if (limit is < 1 or > LargestLimit) return Problem.Invalid("limit", $"A page has 1 to {LargestLimit} cases.").ToHttp();

        var rows = await database.List<CaseRow>(all ? All : Open, new { cursor, limit }, ct);
        var page = rows.Take(limit).Select(row => row.Listed()).ToList();
        return TypedResults.Ok(new Page(page, rows.Count > limit ? page[^1].CaseId : null));
    }
}

/// <summary>One case with what it says.</summary>
static class GetCase
{
    public static async Task<IResult> Handle(Guid caseId, Database database, CancellationToken ct) =>
        await database.Find<CaseRow>(CaseRow.Select + " where case_id = @CaseId", new { caseId }, ct) is { } row
            ? TypedResults.Ok(row.ToView())
            : RideProblems.NoSuchCase.ToHttp();
}

/// <summary>What came of a case, in the words of the operator who ends it.</summary>
static class CloseCase
{
    const int LongestNote = 500;

    /// <param name="Note">1 to 500 characters.</param>
    public sealed record Request(string? Note = null);

    const string Close = "update ride.cases set closed_at = @Now, closed_by = @UserId, note = @Note where case_id = @CaseId and closed_at is null";

    public static async Task<IResult> Handle(
        Guid caseId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (request.Note?.Trim() is not { Length: >= 1 and <= LongestNote } note || note.Contains('\0'))
            return Problem.Invalid("note", $"Say what came of it in at most {LongestNote} characters.").ToHttp();
        if (await transaction.Execute(Close, new { caseId, UserId = user.Id, note, Now = clock.GetUtcNow() }, ct) == 1) return TypedResults.NoContent();

        var known = await transaction.Find<bool>("select exists (select from ride.cases where case_id = @CaseId)", new { caseId }, ct);
        return (known ? RideProblems.CaseClosed : RideProblems.NoSuchCase).ToHttp();
    }
}
