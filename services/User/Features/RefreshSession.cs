using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;

namespace Tumpang.Users.Features;

/// <param name="RefreshToken">The newest one of the session; each works once.</param>
sealed record RefreshRequest(string? RefreshToken = null);

/// <summary>New tokens for a running session, with the roles of this moment. A refresh token shown twice ends the session.</summary>
static class RefreshSession
{
    public static async Task<Results<Ok<SessionView>, ProblemHttpResult>> Handle(
        RefreshRequest request, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, TokenIssuer tokens, AccountStore accounts, SessionStore sessions,
        Database database, CityClock clock, HttpResponse response, CancellationToken ct)
    {
        if (request.RefreshToken is not { Length: > 0 } token || tokens.ReadRefreshToken(token) is not (var sessionId, var presented)) return UserProblems.RefreshRefused.ToHttp();

        var now = clock.GetUtcNow();
        await using var tx = await database.Begin(ct);
        if (await SessionStore.Rotate(tx, sessionId, presented, idempotencyKey, ct) is not { } rotation)
        {
            await RevokeWhenReused(tx, sessionId, presented, now, ct);
            return UserProblems.RefreshRefused.ToHttp();
        }

        if (await AccountStore.Find(tx, rotation.UserId, ct) is not { IsActive: true } account) return UserProblems.Deactivated.ToHttp();

        var roles = await accounts.Roles(tx, account, now, ct);
        await tx.Commit(ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(sessions.View(account.Id, sessionId, rotation.RefreshId, roles));
    }

    /// <summary>Commits although the answer is a refusal: that is the point of it.</summary>
    static async Task RevokeWhenReused(Transaction tx, Guid sessionId, Guid presented, DateTimeOffset now, CancellationToken ct)
    {
        if (await SessionStore.RevokeWhenReused(tx, sessionId, presented, ct) is { } userId)
        {
            await tx.Audit(userId, userId, AuditAction.RefreshTokenReused, sessionId.ToString(), now, ct);
            await tx.Commit(ct);
        }
    }
}
