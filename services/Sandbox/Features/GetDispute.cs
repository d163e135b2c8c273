using Microsoft.AspNetCore.Http.HttpResults;

namespace Tumpang.Sandbox.Features;

/// <summary>How a dispute stands: for merchants whom no webhook has reached.</summary>
static class GetDispute
{
    public static async Task<Results<Ok<DisputeView>, ProblemHttpResult>> Handle(Guid disputeId, DisputeStore disputes, CancellationToken ct) =>
        await disputes.Find(disputeId, ct) is { } dispute ? TypedResults.Ok(dispute.View()) : SandboxProblems.NoSuchDispute.ToHttp();
}
