using Microsoft.AspNetCore.Http.HttpResults;

namespace Tumpang.Sandbox.Features;

/// <summary>The settlement file of a day.</summary>
static class GetSettlement
{
    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Handle(DateOnly day, SettlementStore settlements, CancellationToken ct) =>
        await settlements.FileOf(day, ct) is { } csv ? TypedResults.Content(csv, "text/csv; charset=utf-8") : SandboxProblems.NoSuchSettlement.ToHttp();

    /// <summary>Closes it at once, and gives it.</summary>
    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> HandleClose(DateOnly day, SettlementStore settlements, CancellationToken ct)
    {
        await settlements.CloseNow(day, ct);
        return await Handle(day, settlements, ct);
    }
}
