using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>What an account's history can hold.</summary>
enum AuditAction { Registered, LoggedIn, LoggedOut, RefreshTokenReused, ProfileChanged, RoleChanged, DriverRegistered, DriverApproved, DriverSuspended }

static class AuditTrail
{
    const string Append = """
        insert into users.audit_entries (user_id, actor_id, action, detail, occurred_at)
        values (@UserId, @ActorId, @Action, @Detail, @Now)
        """;

    /// <summary>Notes what happened, in the transaction in which it happened. <paramref name="detail"/> is never personal data.</summary>
    public static Task Audit(this Transaction tx, Guid userId, Guid actorId, AuditAction action, string? detail, DateTimeOffset now, CancellationToken ct) =>
        tx.Execute(Append, new { UserId = userId, ActorId = actorId, Action = action.ToString(), Detail = detail, Now = now }, ct);
}
