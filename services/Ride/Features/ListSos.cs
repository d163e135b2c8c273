using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Calls for help, for operators: those that are open, the oldest first; or all, the newest first.</summary>
static class ListSos
{
    const int DefaultLimit = 50;
    const int LargestLimit = 200;

    /// <param name="NextCursor">Pass it as cursor to get the next page; absent on the last one.</param>
    public sealed record Page(IReadOnlyList<SosAlert> Alerts, Guid? NextCursor);

    const string Open = SosAlerts.Select + """

        where  alert.closed_at is null and (@Cursor::uuid is null or alert.alert_id > @Cursor)
        order  by alert.alert_id
        limit  @Limit + 1
        """;

    const string All = SosAlerts.Select + """

        where  @Cursor::uuid is null or alert.alert_id < @Cursor
        order  by alert.alert_id desc
        limit  @Limit + 1
        """;

    public static async Task<IResult> Handle(Database database, CancellationToken ct, bool all = false, Guid? cursor = null, int limit = DefaultLimit)
    {
        if (limit is < 1 or > LargestLimit) return Problem.Invalid("limit", $"A page has 1 to {LargestLimit} alerts.").ToHttp();

        var rows = await database.List<SosAlerts.Row>(all ? All : Open, new { cursor, limit }, ct);
        var page = rows.Take(limit).Select(row => row.ToAlert()).ToList();
        return TypedResults.Ok(new Page(page, rows.Count > limit ? page[^1].AlertId : null));
    }
}

/// <summary>One call for help, to be followed while it is open: where the phone and the ride are now.</summary>
static class GetSos
{
    const string Find = SosAlerts.Select + """

        where  alert.alert_id = @AlertId
        """;

    public static async Task<IResult> Handle(Guid alertId, Database database, CancellationToken ct) =>
        await database.Find<SosAlerts.Row>(Find, new { alertId }, ct) is { } row ? TypedResults.Ok(row.ToAlert()) : RideProblems.NoSuchAlert.ToHttp();
}
