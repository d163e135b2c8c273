using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Messages hold login codes: an inbox forgets them after an hour.</summary>
sealed class ForgetMessages(Database database) : ISweep
{
    const int BatchSize = 5_000;

    const string DeleteOld = """
        delete from sandbox.sms_messages
        where  id in (select id from sandbox.sms_messages where sent_at < now() - interval '1 hour' limit 5000)
        """;

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async Task<bool> Sweep(CancellationToken ct) => await database.Execute(DeleteOld, null, ct) == BatchSize;
}
