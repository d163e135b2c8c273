using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>The merchant wants no more payments of a code; may be repeated at will. Says which have arrived.</summary>
static class CloseCode
{
    const string Close = "update sandbox.codes set closed_at = now() where idempotency_key = @Key and closed_at is null";

    public static async Task<Results<Ok<CodeView>, ProblemHttpResult>> Handle(
        string? idempotencyKey, Database database, CodeStore codes, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(idempotencyKey)) return SandboxProblems.KeyOfCodeMissing.ToHttp();

        await database.Execute(Close, new { Key = idempotencyKey }, ct);
        return await codes.ViewUnder(idempotencyKey, ct) is { } code ? TypedResults.Ok(code) : SandboxProblems.NoSuchCode.ToHttp();
    }
}
