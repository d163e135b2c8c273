using System.Security.Cryptography;
using System.Text;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;

namespace Tumpang.Users;

/// <summary>What a login or a refresh gives.</summary>
/// <param name="Roles">passenger, and driver or operator.</param>
/// <param name="ExpiresIn">Life of the access token, seconds of system time.</param>
sealed record SessionView(Guid UserId, IReadOnlyList<string> Roles, string TokenType, string AccessToken, int ExpiresIn, string RefreshToken);

/// <summary>Whose session was refreshed, and which refresh token counts now.</summary>
sealed record Rotation(Guid UserId, Guid RefreshId);

/// <summary>Sessions and their one valid refresh token each. System time: tokens do not follow the city's clock.</summary>
sealed class SessionStore(TokenIssuer tokens)
{
    const string InsertSession = """
        insert into users.sessions (id, user_id, refresh_id, expires_at)
        values (@SessionId, @UserId, @RefreshId, now() + @Lifetime)
        """;

    const string RotateRefreshToken = """
        update users.sessions
        set    refresh_id = @Next, previous_id = refresh_id, refresh_key = @Key, refreshed_at = now(), expires_at = now() + @Lifetime
        where  id = @SessionId and refresh_id = @Presented and revoked_at is null and expires_at > now()
        returning user_id, refresh_id
        """;

    /// <summary>A minute covers the retries of a phone; whoever copied the token does not know the key.</summary>
    const string FindRepeated = """
        select user_id, refresh_id
        from   users.sessions
        where  id = @SessionId and previous_id = @Presented and refresh_key = @Key and revoked_at is null and refreshed_at > now() - interval '1 minute'
        """;

    const string RevokeReused = """
        update users.sessions
        set    revoked_at = now(), revoke_reason = 'RefreshTokenReused'
        where  id = @SessionId and refresh_id <> @Presented and revoked_at is null
        returning user_id
        """;

    public async Task<SessionView> Begin(Transaction tx, Guid userId, IReadOnlyList<string> roles, CancellationToken ct)
    {
        var (sessionId, refreshId) = (Guid.CreateVersion7(), Guid.NewGuid());
        await tx.Execute(InsertSession, new { SessionId = sessionId, UserId = userId, RefreshId = refreshId, Lifetime = BearerTokens.RefreshLifetime }, ct);
        return View(userId, sessionId, refreshId, roles);
    }

    /// <summary>
    /// Puts a new refresh token in the place of the presented one; null when that is not the one that counts. The same phone may repeat
    /// its last refresh under the same key and gets tokens for what that refresh made.
    /// </summary>
    public static async Task<Rotation?> Rotate(Transaction tx, Guid sessionId, Guid presented, string? idempotencyKey, CancellationToken ct)
    {
        var key = idempotencyKey is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey));
        var refresh = new { SessionId = sessionId, Presented = presented, Next = Guid.NewGuid(), Key = key, Lifetime = BearerTokens.RefreshLifetime };
        return await tx.Find<Rotation>(RotateRefreshToken, refresh, ct) ?? (key is null ? null : await tx.Find<Rotation>(FindRepeated, refresh, ct));
    }

    /// <summary>A token that was ours but no longer counts has been copied, or its answer was lost: nobody may use the session. The user, when it ended one.</summary>
    public static Task<Guid?> RevokeWhenReused(Transaction tx, Guid sessionId, Guid presented, CancellationToken ct) =>
        tx.Find<Guid?>(RevokeReused, new { SessionId = sessionId, Presented = presented }, ct);

    public SessionView View(Guid userId, Guid sessionId, Guid refreshId, IReadOnlyList<string> roles)
    {
        var (access, refresh) = tokens.Issue(userId, sessionId, refreshId, roles);
        return new(userId, roles, "Bearer", access, (int)BearerTokens.AccessLifetime.TotalSeconds, refresh);
    }
}
