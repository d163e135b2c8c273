using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Pending charges take their outcome when it is due; the webhook that tells of it is in the same transaction.</summary>
sealed class DecidePendingCharges(Database database, ChargeStore charges) : ISweep
{
    const int BatchSize = 50;

    const string Decide = $"""
        update sandbox.charges
        set    status = outcome, decided_at = now()
        where  id in (
            select id from sandbox.charges where status = 'Pending' and decides_at <= now() order by decides_at limit 50 for update skip locked)
        returning {ChargeStore.Columns}
        """;

    // A capture that is declined leaves the money held.
    const string HoldAgain = """
        update sandbox.authorisations set status = 'Authorised', captured_minor_units = 0 where id = @AuthorisationId and status = 'Captured'
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var decided = await tx.List<Charge>(Decide, null, ct);
        foreach (var charge in decided)
        {
            if (charge is { Status: ChargeStatus.Declined, AuthorisationId: not null }) await tx.Execute(HoldAgain, new { charge.AuthorisationId }, ct);
            await charges.AddNotices(tx, charge, TimeSpan.Zero, ct);
        }

        await tx.Commit(ct);
        return decided.Count == BatchSize;
    }
}
