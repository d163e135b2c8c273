using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>Ends the session of the token: it can no longer be refreshed. An access token runs out by itself, within 15 minutes.</summary>
static class LogOut
{
    const string Revoke = """
        update users.sessions
        set    revoked_at = now(), revoke_reason = 'LoggedOut'
        where  id = @SessionId and user_id = @Id and revoked_at is null
        """;

    public static async Task<NoContent> Handle(CurrentUser user, Transaction tx, CityClock clock, CancellationToken ct)
    {
        if (await tx.Execute(Revoke, new { user.SessionId, user.Id }, ct) == 1)
        {
            await tx.Audit(user.Id, user.Id, AuditAction.LoggedOut, user.SessionId.ToString(), clock.GetUtcNow(), ct);
        }

        return TypedResults.NoContent();
    }
}
