using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The caller's rides on either side, newest first. Ids are ordered by time, so the last id of a page is its cursor.</summary>
static class ListRides
{
    const int DefaultLimit = 20;
    const int LargestLimit = 100;

    /// <param name="NextCursor">Pass it as cursor to get the next page; absent on the last one.</param>
    public sealed record Page(IReadOnlyList<RideView> Rides, Guid? NextCursor);

    const string Select = $"""
        select {RideViewRow.Columns}
        from   ride.rides
        where  (passenger_id = @UserId or driver_id = @UserId) and (@Cursor::uuid is null or ride_id < @Cursor)
        order  by ride_id desc
        limit  @Limit + 1
        """;

    public static Task<IResult> Handle(CurrentUser user, Database database, CancellationToken ct, Guid? cursor = null, int limit = DefaultLimit) =>
        PageOf(user.Id, database, cursor, limit, ct);

    /// <summary>Anybody's, for operators.</summary>
    public static Task<IResult> HandleOperator(Guid userId, Database database, CancellationToken ct, Guid? cursor = null, int limit = DefaultLimit) =>
        PageOf(userId, database, cursor, limit, ct);

    static async Task<IResult> PageOf(Guid userId, Database database, Guid? cursor, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > LargestLimit) return Problem.Invalid("limit", $"A page has 1 to {LargestLimit} rides.").ToHttp();

        var rows = await database.List<RideViewRow>(Select, new { userId, cursor, limit }, ct);
        var page = rows.Take(limit).Select(row => row.ToView()).ToList();
        return TypedResults.Ok(new Page(page, rows.Count > limit ? page[^1].RideId : null));
    }
}
