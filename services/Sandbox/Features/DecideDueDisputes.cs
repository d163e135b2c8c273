using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>The bank decides what is due: as the card's token says, and where it says nothing, for whoever gave evidence in time.</summary>
sealed class DecideDueDisputes(Database database, DisputeStore disputes) : ISweep
{
    const string NextDue = $"""
        select {Dispute.Columns}
        from   sandbox.disputes d
        join   sandbox.charges c on c.id = d.charge_id
        where  d.status = 'Open' and d.decides_at <= now()
        order  by d.decides_at
        limit  1
        for    update of d skip locked
        """;

    const string OutcomeOf = "select coalesce(outcome, case when evidence is null then 'Lost' else 'Won' end) from sandbox.disputes where id = @Id";

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Dispute>(NextDue, null, ct) is not { } dispute)
        {
            return false;
        }

        await disputes.Decide(tx, dispute, (await tx.Find<string>(OutcomeOf, dispute, ct))!, ct);
        await tx.Commit(ct);
        return true;
    }
}
