using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Payments that were begun in time arrive when the payer's bank has carried them out, also when the code has ended meanwhile.</summary>
sealed class ReceiveScans(Database database, CodeStore codes) : ISweep
{
    const string TakeOne = """
        delete from sandbox.scans
        where  id = (select id from sandbox.scans where arrives_at <= now() order by arrives_at limit 1 for update skip locked)
        returning code_id, bank
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Scan>(TakeOne, null, ct) is not { } scan)
        {
            return false;
        }

        await codes.Receive(tx, scan.CodeId, scan.Bank, ct);
        await tx.Commit(ct);
        return true;
    }

    sealed record Scan(Guid CodeId, PayersBank Bank);
}
