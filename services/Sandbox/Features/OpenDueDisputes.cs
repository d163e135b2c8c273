using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Cardholders whose card's token says so dispute all that is left of a charge, some time after it.</summary>
sealed class OpenDueDisputes(Database database, DisputeStore disputes) : ISweep
{
    const string TakeOne = $"""
        update sandbox.charges
        set    disputes_at = null
        where  id = (
            select c.id from sandbox.charges c
            where  c.disputes_at <= now() and not exists (select from sandbox.disputes d where d.charge_id = c.id and d.status = 'Open')
            order  by c.disputes_at limit 1 for update of c skip locked)
        returning {ChargeStore.Columns}
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Charge>(TakeOne, null, ct) is not { } charge)
        {
            return false;
        }

        if (charge.LeftMinorUnits == 0 || await OpenOn(charge, tx, ct))
        {
            await tx.Commit(ct);
        }

        return true;
    }

    /// <summary>False when a refund or another dispute came in between: then it is looked at anew.</summary>
    async Task<bool> OpenOn(Charge charge, Transaction tx, CancellationToken ct) =>
        await disputes.Open(tx, charge, charge.LeftMinorUnits, "fraudulent", DisputeBehaviour.Of(charge.CardToken)?.Outcome, null, ct) is not null;
}
