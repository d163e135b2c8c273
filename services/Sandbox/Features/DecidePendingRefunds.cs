using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Pending refunds take their outcome when it is due; a declined one gives its amount back to the charge, and the webhook is in the same transaction.</summary>
sealed class DecidePendingRefunds(Database database, ChargeStore charges) : ISweep
{
    const string DecideOne = $"""
        with decided as (
            update sandbox.refunds
            set    status = outcome, decided_at = now()
            where  id = (
                select id from sandbox.refunds where status = 'Pending' and decides_at <= now() order by decides_at limit 1 for update skip locked)
            returning *
        )
        select {Refund.Columns} from decided r join sandbox.charges c on c.id = r.charge_id
        """;

    const string GiveBackToCharge = """
        update sandbox.charges set refunded_minor_units = refunded_minor_units - @AmountMinorUnits where id = @ChargeId
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Refund>(DecideOne, null, ct) is not { } refund)
        {
            return false;
        }

        if (refund.Status == ChargeStatus.Declined)
        {
            await tx.Execute(GiveBackToCharge, new { refund.AmountMinorUnits, refund.ChargeId }, ct);
        }

        await charges.AddNotices(tx, refund, TimeSpan.Zero, ct);
        await tx.Commit(ct);
        return true;
    }
}
