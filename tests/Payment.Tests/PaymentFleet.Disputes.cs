using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What payment, the bank and the ledger say of disputed charges.</summary>
public sealed partial class PaymentFleet
{
    /// <summary>Every dispute of a ride as payment holds it: the provider's name, and Received, Won or Lost.</summary>
    public async Task<IReadOnlyDictionary<string, string>> DisputesOf(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<(string Id, string Status)>(
            "select d.provider_dispute_id, d.status from payment.disputes d join payment.orders o on o.id = d.order_id where o.ride_id = @RideId",
            new { fare.RideId });
        return rows.ToDictionary(row => row.Id, row => row.Status);
    }

    /// <summary>The same in the sandbox's books.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SandboxDisputesOf(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<(string Id, string Status)>(
            $"select d.id::text, case d.status when 'Open' then 'Received' else d.status end {SandboxDisputes}", new { fare.RideId });
        return rows.ToDictionary(row => row.Id, row => row.Status);
    }

    public async Task<bool> SandboxHasEvidence(FareFinalised fare, string text, CancellationToken ct) =>
        await Count($"select count(*) {SandboxDisputes} and d.evidence = @Text", new { fare.RideId, Text = text }, ct) == 1;

    /// <summary>No dispute of the ride is to open by itself, and none that is open to be decided by itself.</summary>
    public async Task<bool> SandboxBanksAreIdle(FareFinalised fare, CancellationToken ct) => await Count(
        """
        select count(*)
        from   sandbox.charges c
        join   payment.attempts a on a.id::text = c.idempotency_key
        join   payment.orders o on o.id = a.order_id
        left   join sandbox.disputes d on d.charge_id = c.id and d.status = 'Open'
        where  o.ride_id = @RideId and ((c.disputes_at is not null and d.id is null) or d.outcome is not null)
        """, new { fare.RideId }, ct) == 0;

    /// <summary>The sandbox's name of a ride's charge that succeeded.</summary>
    public Task<Guid?> SandboxChargeOf(FareFinalised fare, CancellationToken ct) => One<Guid?>(
        """
        select c.id
        from   sandbox.charges c
        join   payment.attempts a on a.id::text = c.idempotency_key
        join   payment.orders o on o.id = a.order_id
        where  o.ride_id = @RideId and c.status = 'Succeeded'
        """, new { fare.RideId }, ct);

    /// <summary>What of a ride is set off against lost disputes, as billing was told of it, in order; payment itself holds the sum.</summary>
    public async Task<IReadOnlyList<long>> SetOffOf(FareFinalised fare, CancellationToken ct)
    {
        const string both = """
            select orders.set_off_minor_units, coalesce((
                select array_agg((payload::json -> 'amount' ->> 'minorUnits')::bigint order by told.id)
                from   (select id, event_type, payload, aggregate_id from payment.outbox union all
                        select id, event_type, payload, aggregate_id from payment.outbox_archive) as told
                where  told.aggregate_id = orders.ride_id and event_type = 'ChargebackSetOff'), '{}')
            from   payment.orders where ride_id = @RideId
            """;
        var (held, told) = await One<(long, long[])>(both, new { fare.RideId }, ct);
        Assert.Equal(held, told.Sum());
        return told;
    }

    /// <summary>
    /// What is to be set off by rule: what was paid beyond what is left of the fare, less what is given back or on its way, as far as it was lost.
    /// </summary>
    public Task<long> DueToSetOff(FareFinalised fare, CancellationToken ct) => One<long>(
        """
        select case when o.status = 'Settled' and o.kind <> 'Cash'
               then greatest(0, least(greatest(0, paid.amount - (o.amount_minor_units - o.adjusted_minor_units)) - back.amount, lost.amount)) else 0 end
        from   payment.orders o,
        lateral (select coalesce(sum(amount_minor_units), 0)::bigint as amount from payment.attempts
                 where order_id = o.id and status = 'Succeeded' and kind <> 'Cash') paid,
        lateral (select coalesce(sum(amount_minor_units), 0)::bigint as amount from payment.refunds where order_id = o.id and status <> 'Failed') back,
        lateral (select coalesce(sum(amount_minor_units), 0)::bigint as amount from payment.disputes
                 where order_id = o.id and status = 'Lost' and surplus_id is null) lost
        where  o.ride_id = @RideId
        """, new { fare.RideId }, ct);

    /// <summary>Billing's ledger: what disputes of a ride took from what the provider holds, and what they cost us for good in fees.</summary>
    public async Task<(long ClearingMinorUnits, long FeesMinorUnits)> LedgerOfDisputes(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<(long, long)>(
            """
            select coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'ProviderClearing'), 0)::bigint,
                   coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'ProviderFees'), 0)::bigint
            from   payment.disputes dispute
            join   payment.orders orders on orders.id = dispute.order_id
            join   billing.ledger_keys key
                   on key.business_key in ('chargeback:' || dispute.id, 'chargeback-won:' || dispute.id, 'chargeback-lost:' || dispute.id)
            join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
            join   billing.ledger_accounts account on account.account_id = entry.account_id
            where  orders.ride_id = @RideId
            """, new { fare.RideId });
    }

    /// <summary>Every dispute of a top-up or a tip as payment holds it: Received, Won or Lost.</summary>
    public Task<IReadOnlyList<string>> DisputesAbout(Guid id, CancellationToken ct) => All<string>(
        "select status from payment.disputes where top_up_id = @Id or tip_id = @Id order by id", new { Id = id }, ct);

    /// <summary>Waits until the dispute of a top-up or a tip has ended so.</summary>
    public async Task DisputeEnds(Guid about, string status, CancellationToken ct)
    {
        await Until(async () => (await DisputesAbout(about, ct)).SingleOrDefault() == status, ct);
        await EndIsBooked(about, status, ct);
    }

    /// <summary>Waits until the dispute of a fare has ended so.</summary>
    public async Task DisputeEnds(FareFinalised fare, string status, CancellationToken ct)
    {
        await Until(async () => (await DisputesOf(fare, ct)).Values.SingleOrDefault() == status, ct);
        await EndIsBooked(fare.RideId, status, ct);
    }

    // Before a dispute is booked the books look as they do after it was won; so the end itself has to be there.
    Task EndIsBooked(Guid about, string status, CancellationToken ct) => status == "Won" ? WonIsBooked(about, ct) : Task.CompletedTask;

    Task WonIsBooked(Guid about, CancellationToken ct) => Until(
        async () => await One<bool>(
            """
            select exists (
                select
                from   payment.disputes dispute
                left   join payment.orders orders on orders.id = dispute.order_id
                join   billing.ledger_keys key on key.business_key = 'chargeback-won:' || dispute.id
                where  @About in (dispute.top_up_id, dispute.tip_id, orders.ride_id))
            """, new { About = about }, ct), ct);

    /// <summary>Billing's ledger: what disputes of a top-up or a tip moved on accounts of a kind.</summary>
    public Task<long> LedgerOfDisputes(Guid id, string account, CancellationToken ct) => One<long>(
        """
        select coalesce(sum(entry.amount_minor_units), 0)::bigint
        from   payment.disputes dispute
        join   billing.ledger_keys key
               on key.business_key in ('chargeback:' || dispute.id, 'chargeback-won:' || dispute.id, 'chargeback-lost:' || dispute.id)
        join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
        join   billing.ledger_accounts account on account.account_id = entry.account_id
        where  (dispute.top_up_id = @Id or dispute.tip_id = @Id) and account.kind = @Account
        """, new { Id = id, Account = account }, ct);

    const string SandboxDisputes = """
        from   sandbox.disputes d
        join   sandbox.charges c on c.id = d.charge_id
        join   payment.attempts a on a.id::text = c.idempotency_key
        join   payment.orders o on o.id = a.order_id
        where  o.ride_id = @RideId
        """;
}
