using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>Sessions that nobody can refresh any more are deleted a day later; the audit trail keeps their history.</summary>
sealed class ForgetSessions(Database database) : ISweep
{
    const int BatchSize = 1_000;

    const string DeleteExpired = """
        delete from users.sessions
        where  id in (select id from users.sessions where expires_at < now() - interval '1 day' limit 1000)
        """;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct) => await database.Execute(DeleteExpired, null, ct) == BatchSize;
}
