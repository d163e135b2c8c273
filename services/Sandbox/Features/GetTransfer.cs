using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>What became of a transfer: how a caller that got no answer finds out.</summary>
static class GetTransfer
{
    public static async Task<Results<Ok<TransferView>, ProblemHttpResult>> HandleByKey(string? idempotencyKey, Database database, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(idempotencyKey)) return Problem.Invalid("idempotencyKey", "Ask for the idempotency key of the transfer.").ToHttp();

        return await database.Find<Transfer>(Transfer.FindByKey, new { Key = idempotencyKey }, ct) is { } transfer
            ? TypedResults.Ok(transfer.View())
            : SandboxProblems.NoSuchTransfer.ToHttp();
    }
}
