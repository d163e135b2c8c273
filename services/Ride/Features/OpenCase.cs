using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>One side of a ride reports something lost, or complains. What it says stays here: the event has no word of it.</summary>
static class OpenCase
{
    /// <summary>Cases of one side of a ride; the table's check holds the same number.</summary>
    public const int Most = 5;

    const int LongestText = 2_000;

    /// <param name="Kind">LostItem or Complaint.</param>
    /// <param name="Text">1 to 2 000 characters.</param>
    public sealed record Request(string? Kind = null, string? Text = null);

    public sealed record Answer(Guid CaseId, int Number, DateTimeOffset OpenedAt);

    // Of two cases at once one is counted before the other.
    const string Lock = "select from ride.rides where ride_id = @RideId for no key update";

    // The same words again are the case that is open.
    const string Open = """
        with known as (
            select case_id, number, opened_at from ride.cases
            where  ride_id = @RideId and opened_by = @UserId and kind = @Kind and text = @Text and closed_at is null
            limit  1
        ), opened as (
            insert into ride.cases (case_id, ride_id, opened_by, side, number, kind, text, opened_at)
            select @CaseId, @RideId, @UserId, @Side, earlier.number + 1, @Kind, @Text, @Now
            from   (select count(*)::smallint as number from ride.cases where ride_id = @RideId and opened_by = @UserId) earlier
            where  earlier.number < @Most and not exists (select from known)
            returning case_id, number, opened_at
        )
        select case_id, number, opened_at from known union all select case_id, number, opened_at from opened
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, IOptions<RideOptions> rules, Transaction transaction, CancellationToken ct)
    {
        if (KindOf(request.Kind) is not { } kind) return Problem.Invalid("kind", $"A case is one of {string.Join(", ", Enum.GetNames<CaseKind>())}.").ToHttp();
        if (request.Text?.Trim() is not { Length: >= 1 and <= LongestText } text || text.Contains('\0'))
            return Problem.Invalid("text", $"Say what it is in at most {LongestText} characters.").ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.SideOf(user.Id) is not { } side) return RideProblems.NotFound.ToHttp();
        if (ride.WhyNotOpenCase(kind, rules.Value, clock.GetUtcNow()) is { } problem) return problem.ToHttp();

        return await Save(ride, side, kind, text, user.Id, clock.GetUtcNow(), transaction, ct) is { } opened
            ? TypedResults.Ok(opened)
            : RideProblems.TooManyCases.ToHttp();
    }

    static CaseKind? KindOf(string? said) =>
        Enum.TryParse<CaseKind>(said, ignoreCase: false, out var kind) && Enum.GetName(kind) == said ? kind : null;

    static async Task<Answer?> Save(
        Ride ride, Party side, CaseKind kind, string text, Guid userId, DateTimeOffset now, Transaction transaction, CancellationToken ct)
    {
        var caseId = Guid.CreateVersion7();
        var row = new { caseId, ride.RideId, userId, Side = side.ToString(), Kind = kind.ToString(), text, now, Most };
        await transaction.Execute(Lock, row, ct);
        if (await transaction.Find<Row>(Open, row, ct) is not { } found) return null;

        if (found.CaseId == caseId)
        {
            transaction.Publish(new CaseOpened(caseId, ride.RideId, ride.PassengerId, ride.DriverId, side, kind) { OccurredAt = now, Version = 1 });
        }

        return new(found.CaseId, found.Number, found.OpenedAt);
    }

    sealed record Row(Guid CaseId, short Number, DateTimeOffset OpenedAt);
}

/// <summary>The caller's own cases of a ride, in the order in which they were opened.</summary>
static class ListOwnCases
{
    public sealed record Answer(IReadOnlyList<CaseView> Cases);

    const string Select = CaseRow.Select + " where ride_id = @RideId and opened_by = @UserId order by number";

    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, RideStore rides, Database database, CancellationToken ct)
    {
        if (await rides.Find(rideId, user.Id, ct) is null) return RideProblems.NotFound.ToHttp();

        var rows = await database.List<CaseRow>(Select, new { rideId, UserId = user.Id }, ct);
        return TypedResults.Ok(new Answer([.. rows.Select(row => row.Own())]));
    }
}
