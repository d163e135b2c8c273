using System.Text.Json;
using Dapper;
using Tumpang.Contracts;

namespace Tumpang.Payments.Tests;

/// <summary>What the books of payment and of the provider say of a fare or a payout, and waiting until they say it.</summary>
public sealed partial class PaymentFleet
{
    /// <summary>The payment as its passenger sees it, once it has that status.</summary>
    public async Task<JsonElement> PaymentBecomes(FareFinalised fare, string status, CancellationToken ct)
    {
        JsonElement payment = default;
        await Eventually(
            async () => (payment = await Payment(fare, ct)).ValueKind is JsonValueKind.Object && payment.GetProperty("status").GetString() == status, ct);
        return payment;
    }

    public Task AllAreHandled(IReadOnlyList<Event> told, CancellationToken ct)
    {
        var ids = new { Ids = told.Select(happened => happened.EventId).ToArray() };
        return Eventually(async () => await Count("select count(*) from payment.inbox where event_id = any(@Ids)", ids, ct) == told.Count, ct);
    }

    public Task SomeAreSent(IReadOnlyList<FareFinalised> fares, int atLeast, CancellationToken ct) => Eventually(
        async () => await Count($"select count(*) {OpenOf} and a.status = 'Sent'", RidesOf(fares), ct) >= atLeast, ct);

    public Task<int> OpenAttempts(IReadOnlyList<FareFinalised> fares, CancellationToken ct) =>
        Count($"select count(*) {OpenOf} and a.status in ('Due', 'Sent')", RidesOf(fares), ct);

    /// <summary>Every attempt at a ride, and every refund of it.</summary>
    public async Task<(IReadOnlyList<Guid> Attempts, IReadOnlyList<Guid> Refunds)> MovementsOf(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        var attempts = await connection.QueryAsync<Guid>(
            "select a.id from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId", new { fare.RideId });
        var refunds = await connection.QueryAsync<Guid>(
            "select r.id from payment.refunds r join payment.orders o on o.id = r.order_id where o.ride_id = @RideId", new { fare.RideId });
        return ([.. attempts], [.. refunds]);
    }

    public async Task<Guid> OpenAttemptOf(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<Guid>($"select a.id {OpenOf} and a.status = 'Sent'", RidesOf([fare]));
    }

    public Task<int> OrdersOf(FareFinalised fare, CancellationToken ct) =>
        Count("select count(*) from payment.orders where ride_id = @RideId", new { fare.RideId }, ct);

    public Task<int> AttemptsOf(FareFinalised fare, CancellationToken ct) =>
        Count("select count(*) from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId", new { fare.RideId }, ct);

    /// <summary>In the provider's books: charges that hold money under any attempt of this ride.</summary>
    public Task<int> ChargesFor(FareFinalised fare, CancellationToken ct) => Count(
        """
        select count(*)
        from   sandbox.charges c
        join   payment.attempts a on a.id::text = c.idempotency_key
        join   payment.orders o on o.id = a.order_id
        where  o.ride_id = @RideId and c.outcome = 'Succeeded'
        """, new { fare.RideId }, ct);

    /// <summary>In the provider's books: what it has given back of any charge of this ride, and in how many refunds.</summary>
    public async Task<(int Refunds, long MinorUnits)> RefundedFor(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<(int, long)>(
            """
            select count(*)::int, coalesce(sum(r.amount_minor_units), 0)::bigint
            from   sandbox.refunds r
            join   sandbox.charges c on c.id = r.charge_id
            join   payment.attempts a on a.id::text = c.idempotency_key
            join   payment.orders o on o.id = a.order_id
            where  o.ride_id = @RideId and r.status = 'Succeeded'
            """, new { fare.RideId });
    }

    /// <summary>In the provider's books: what it has captured for this ride, not given back, and not lost to a dispute.</summary>
    public Task<int> HeldFor(FareFinalised fare, CancellationToken ct) => Count(
        """
        select coalesce(sum(c.amount_minor_units - c.refunded_minor_units - c.disputed_minor_units), 0)::bigint
        from   sandbox.charges c
        join   payment.attempts a on a.id::text = c.idempotency_key
        join   payment.orders o on o.id = a.order_id
        where  o.ride_id = @RideId and c.status = 'Succeeded'
        """, new { fare.RideId }, ct);

    /// <summary>Once no refund of the ride is under way: the ends that they came to, in order.</summary>
    public async Task<IReadOnlyList<string>> RefundsEnd(FareFinalised fare, int count, CancellationToken ct)
    {
        IReadOnlyList<string> ends = [];
        await Eventually(
            async () =>
            {
                await using var connection = await servers.Owner.OpenConnectionAsync(ct);
                ends = [.. await connection.QueryAsync<string>(
                    "select r.status from payment.refunds r join payment.orders o on o.id = r.order_id where o.ride_id = @RideId order by r.created_at, r.id",
                    new { fare.RideId })];
                return ends.Count >= count && ends.All(end => end is "Succeeded" or "Failed");
            }, ct);
        return ends;
    }

    /// <summary>Nothing of the ride is under way at the provider.</summary>
    public async Task<bool> IsQuiet(FareFinalised fare, CancellationToken ct) => await Count(
        """
        select (select count(*) from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId and a.status in ('Due', 'Sent'))
             + (select count(*) from payment.refunds r join payment.orders o on o.id = r.order_id where o.ride_id = @RideId and r.status in ('Due', 'Sent'))
        """, new { fare.RideId }, ct) == 0;

    /// <summary>
    /// What payment has told billing of a ride: money captured from cards less what was given back, what cardholders took back of it, and how often that it has
    /// ended.
    /// </summary>
    public async Task<(long NetMinorUnits, long TakenMinorUnits, int Endings)> MoneyTold(FareFinalised fare, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<(long, long, int)>(
            """
            select coalesce(sum((payload::json -> 'amount' ->> 'minorUnits')::bigint
                   * case event_type when 'PaymentSucceeded' then 1 when 'RefundSucceeded' then -1 else 0 end), 0)::bigint,
                   coalesce(sum((payload::json -> 'amount' ->> 'minorUnits')::bigint
                   * case event_type when 'ChargebackReceived' then 1 when 'ChargebackWon' then -1 else 0 end), 0)::bigint,
                   (count(*) filter (where event_type in ('PaymentSucceeded', 'PaymentWrittenOff', 'PaymentVoided')))::int
            from   (select event_type, payload, aggregate_id from payment.outbox union all
                    select event_type, payload, aggregate_id from payment.outbox_archive) as told
            where  aggregate_id = @RideId
            """, new { fare.RideId });
    }

    public Task<int> OpenRefunds(IReadOnlyList<FareFinalised> fares, CancellationToken ct) => Count(
        """
        select count(*)
        from   payment.refunds r
        join   payment.orders o on o.id = r.order_id
        where  o.ride_id = any(@Rides) and r.status in ('Due', 'Sent') and r.sends > 0
        """, RidesOf(fares), ct);

    /// <summary>In the provider's books: what it has paid a payout, and how often.</summary>
    public async Task<(int Transfers, long MinorUnits)> PaidFor(PayoutDue payout, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return await connection.QuerySingleAsync<(int, long)>(
            """
            select count(*)::int, coalesce(sum(amount_minor_units), 0)::bigint
            from   sandbox.transfers
            where  idempotency_key = @Key and outcome = 'Succeeded'
            """, new { Key = payout.PayoutId.ToString() });
    }

    /// <summary>Once the payout has ended: Succeeded, or its failure's code.</summary>
    public async Task<string> PayoutEnds(PayoutDue payout, CancellationToken ct)
    {
        string? end = null;
        await Eventually(
            async () =>
            {
                await using var connection = await servers.Owner.OpenConnectionAsync(ct);
                end = await connection.QuerySingleOrDefaultAsync<string>(
                    "select coalesce(failure_code, status) from payment.payouts where id = @PayoutId and status in ('Succeeded', 'Failed')", payout);
                return end is not null;
            }, ct);
        return end!;
    }

    /// <summary>Once the payout has that status.</summary>
    public Task PayoutBecomes(PayoutDue payout, string status, CancellationToken ct) => Eventually(
        async () => await Count(
            "select count(*) from payment.payouts where id = @PayoutId and status = @Status", new { payout.PayoutId, Status = status }, ct) == 1, ct);

    /// <summary>What payment holds to have moved at the provider by a payout: types and amounts, in order.</summary>
    public Task<IReadOnlyList<(string Type, long MinorUnits)>> MovementsOf(PayoutDue payout, CancellationToken ct) => All<(string, long)>(
        "select type, amount_minor_units from payment.movements where key = @Key order by type", new { Key = payout.PayoutId.ToString() }, ct);

    public Task<int> PayoutsSent(IReadOnlyList<PayoutDue> payouts, CancellationToken ct) => Count(
        "select count(*) from payment.payouts where id = any(@Ids) and status = 'Sent'", new { Ids = payouts.Select(payout => payout.PayoutId).ToArray() }, ct);

    public async Task<bool> StoresAccountInClear(Guid bankAccountId, string accountNumber, CancellationToken ct) =>
        await Count("select count(*) from payment.bank_accounts where id = @Id and position(convert_to(@Number, 'UTF8') in details) > 0",
            new { Id = bankAccountId, Number = accountNumber }, ct) > 0;

    /// <summary>As somebody at the database might try it, whatever the code does.</summary>
    public async Task ExecuteAsOwner(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new(sql, parameters, cancellationToken: ct));
    }

    /// <summary>The first row of a question to the database, or nothing.</summary>
    public async Task<T?> One<T>(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return await connection.QueryFirstOrDefaultAsync<T>(new(sql, parameters, cancellationToken: ct));
    }

    /// <summary>All rows of a question to the database.</summary>
    public async Task<IReadOnlyList<T>> All<T>(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: ct))];
    }

    /// <summary>What payment has told the fleet about this ride, in order.</summary>
    public Task<IReadOnlyList<string>> EventsOf(FareFinalised fare, CancellationToken ct) => EventsAbout(fare.RideId, ct);

    /// <summary>What payment has told the fleet about a ride, a payout or a driver, in order.</summary>
    public async Task<IReadOnlyList<string>> EventsAbout(Guid aggregateId, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(
            """
            select event_type
            from   (select id, event_type, aggregate_id from payment.outbox union all
                    select id, event_type, aggregate_id from payment.outbox_archive) as told
            where  aggregate_id = @AggregateId
            order  by id
            """, new { AggregateId = aggregateId })];
    }

    /// <summary>Every webhook that the provider had to send about this ride has been taken.</summary>
    public Task WebhooksAreDelivered(FareFinalised fare, CancellationToken ct) => Eventually(
        async () => await Count(
            """
            select count(*) filter (where d.delivered_at is not null) - count(*) filter (where d.delivered_at is null) * 1000
            from   sandbox.webhook_deliveries d
            join   sandbox.charges c on c.id = d.charge_id
            join   payment.attempts a on a.id::text = c.idempotency_key
            join   payment.orders o on o.id = a.order_id
            where  o.ride_id = @RideId
            """, new { fare.RideId }, ct) > 0, ct);

    public async Task<bool> StoresInClear(Guid paymentMethodId, string cardToken, CancellationToken ct) =>
        await Count("select count(*) from payment.payment_methods where id = @Id and position(convert_to(@Token, 'UTF8') in card_token) > 0",
            new { Id = paymentMethodId, Token = cardToken }, ct) > 0;

    const string OpenOf = "from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = any(@Rides)";

    static object RidesOf(IReadOnlyList<FareFinalised> fares) => new { Rides = fares.Select(fare => fare.RideId).ToArray() };

    async Task<int> Count(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return (int)await connection.QuerySingleAsync<long>(new(sql, parameters, cancellationToken: ct));
    }
}
