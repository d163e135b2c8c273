using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>What became of a code: open, paid, expired or closed, and by which payments.</summary>
static class GetCode
{
    public static async Task<Results<Ok<CodeView>, ProblemHttpResult>> HandleByKey(string? idempotencyKey, CodeStore codes, CancellationToken ct) =>
        string.IsNullOrEmpty(idempotencyKey)
            ? SandboxProblems.KeyOfCodeMissing.ToHttp()
            : await codes.ViewUnder(idempotencyKey, ct) is { } code ? TypedResults.Ok(code) : SandboxProblems.NoSuchCode.ToHttp();
}
