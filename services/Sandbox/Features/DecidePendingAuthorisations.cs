using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Pending authorisations take their outcome when it is due; the webhook that tells of it is in the same transaction.</summary>
sealed class DecidePendingAuthorisations(Database database, ChargeStore notices) : ISweep
{
    const string DecideOne = $"""
        update sandbox.authorisations
        set    status = outcome, decided_at = now()
        where  id = (
            select id from sandbox.authorisations where status = 'Pending' and decides_at <= now() order by decides_at limit 1 for update skip locked)
        returning {Authorisation.Columns}
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Authorisation>(DecideOne, null, ct) is not { } authorisation)
        {
            return false;
        }

        await notices.AddNotices(tx, authorisation, TimeSpan.Zero, ct);
        await tx.Commit(ct);
        return true;
    }
}
