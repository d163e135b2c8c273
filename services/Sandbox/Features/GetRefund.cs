using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>What became of a refund: how a caller that got no answer finds out.</summary>
static class GetRefund
{
    public static async Task<Results<Ok<RefundView>, ProblemHttpResult>> HandleByKey(string? idempotencyKey, Database database, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(idempotencyKey)) return Problem.Invalid("idempotencyKey", "Ask for the idempotency key of the refund.").ToHttp();

        return await database.Find<Refund>(Refund.FindByKey, new { Key = idempotencyKey }, ct) is { } refund
            ? TypedResults.Ok(refund.View())
            : SandboxProblems.NoSuchRefund.ToHttp();
    }
}
