using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>What became of an authorisation: how a caller that got no answer finds out.</summary>
static class GetAuthorisation
{
    public static async Task<Results<Ok<AuthorisationView>, ProblemHttpResult>> HandleByKey(string? idempotencyKey, Database database, CancellationToken ct) =>
        string.IsNullOrEmpty(idempotencyKey)
            ? Problem.Invalid("idempotencyKey", "Ask for the idempotency key of the authorisation.").ToHttp()
            : await database.Find<Authorisation>(Authorisation.FindByKey, new { Key = idempotencyKey }, ct) is { } authorisation
                ? TypedResults.Ok(authorisation.View())
                : SandboxProblems.NoSuchAuthorisation.ToHttp();
}
