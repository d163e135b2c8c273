using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>How far the books are closed, and who decided it, the newest decisions first.</summary>
internal static class ListMonths
{
    const string ClosedUntil = "select closed_until from billing.ledger_horizon";

    const string Newest = MonthClosing.Columns + """

        order by closing_id desc
        limit    100
        """;

    public static async Task<Ok<MonthsView>> Handle(Database database, CancellationToken ct)
    {
        var until = await database.Find<DateTimeOffset?>(ClosedUntil, null, ct);
        var closings = await database.List<MonthClosing>(Newest, null, ct);
        return TypedResults.Ok(new MonthsView(until, [.. closings.Select(closing => closing.View)]));
    }
}

/// <summary>The books' months.</summary>
/// <param name="ClosedUntil">The first instant that is open; absent until a month is closed.</param>
internal sealed record MonthsView(DateTimeOffset? ClosedUntil, IReadOnlyList<MonthClosingView> Closings);
