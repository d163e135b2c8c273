using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>One dispute, for operators.</summary>
internal static class GetDispute
{
    const string One = $"""
        select {DisputeRow.Columns}
        from   {DisputeRow.Source}
        where  dispute.id = @DisputeId
        """;

    public static async Task<Results<Ok<DisputeView>, ProblemHttpResult>> Handle(Guid disputeId, Database database, CancellationToken ct) =>
        await database.Find<DisputeRow>(One, new { DisputeId = disputeId }, ct) is { } dispute
            ? TypedResults.Ok(dispute.View())
            : PaymentProblems.DisputeNotFound.ToHttp();
}
