using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="Code">Why, 1 to 100 characters.</param>
sealed record ReturnTransferRequest(string Code = ReturnTransfer.AccountClosed);

/// <summary>The bank sends a transfer back that had arrived: what a test asks for. Said again it changes nothing.</summary>
static class ReturnTransfer
{
    public const string AccountClosed = "account-closed";

    const string ReturnOnce = $"""
        update sandbox.transfers
        set    status = 'Returned', return_code = @Code, returned_at = now(), returns_at = null
        where  id = @Id and status = 'Succeeded'
        returning {Transfer.Columns}
        """;

    public static async Task<Results<Ok<TransferView>, ProblemHttpResult>> Handle(
        Guid transferId, ReturnTransferRequest request, Database database, ChargeStore notices, CancellationToken ct)
    {
        if (request.Code.Length is 0 or > 100) return Problem.Invalid("code", "A code has 1 to 100 characters.").ToHttp();
        if (await Return(transferId, request.Code, database, notices, ct) is { } returned) return TypedResults.Ok(returned.View());

        return await database.Find<Transfer>(Transfer.FindById, new { Id = transferId }, ct) switch
        {
            null => SandboxProblems.NoSuchTransfer.ToHttp(),
            { Status: Transfer.Returned } before => TypedResults.Ok(before.View()),
            _ => SandboxProblems.NotArrived.ToHttp(),
        };
    }

    /// <summary>Null when it is not there to be sent back. Twins wait here for one row, and nobody asks for a second connection meanwhile.</summary>
    public static async Task<Transfer?> Return(Guid transferId, string code, Database database, ChargeStore notices, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Transfer>(ReturnOnce, new { Id = transferId, Code = code }, ct) is not { } returned)
        {
            return null;
        }

        await notices.AddReturnNotices(tx, returned, ct);
        await tx.Commit(ct);
        return returned;
    }
}
