using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using Tumpang.Contracts;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Payments.Tests.PaymentFleet))]

namespace Tumpang.Payments.Tests;

/// <summary>
/// Two copies of payment and of the sandbox as processes, on stores of their own. Waits and retries are shortened; the city runs 600
/// times as fast.
/// </summary>
public sealed class PaymentFleet : IAsyncLifetime
{
    public const string WebhookSigningKey = "5f1c0de15f1c0de15f1c0de15f1c0de1";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly SemaphoreSlim channelTurn = new(1, 1);
    TestServers servers = null!;
    Fleet fleet = null!;
    IConnection broker = null!;
    IChannel channel = null!;
    HttpClient[] copies = [];
    int turn;

    /// <summary>The next copy in turn.</summary>
    public HttpClient AnyCopy => copies[(uint)Interlocked.Increment(ref turn) % copies.Length];

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Payment.Tests");
        fleet = await servers.Run(["payment", "sandbox"], copies: 2, Settings);
        copies = [.. fleet["payment"].Select(copy => new HttpClient { BaseAddress = copy.Url })];
        broker = await Broker.Connect(Configuration(servers.Addresses.RabbitMq), "payment-tests", default);
        channel = await broker.CreateChannelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await broker.DisposeAsync();
        Array.ForEach(copies, copy => copy.Dispose());
        channelTurn.Dispose();
        await servers.DisposeAsync();
    }

    public Person Passenger() => Passenger(Guid.CreateVersion7());

    public Person Driver(Guid id) => new(this, id, servers.Tokens.Driver(id));

    public Person Operator()
    {
        var id = Guid.CreateVersion7();
        return new(this, id, servers.Tokens.Operator(id));
    }

    public async Task<Person> PassengerWithCard(string cardToken, CancellationToken ct)
    {
        var passenger = Passenger();
        await passenger.AddCard(cardToken, ct);
        return passenger;
    }

    public async Task<Person> PassengerWithCash(CancellationToken ct)
    {
        var passenger = Passenger();
        await passenger.AddCash(ct);
        return passenger;
    }

    /// <summary>What billing's relay would send.</summary>
    public Task Publish<TEvent>(TEvent told, CancellationToken ct)
        where TEvent : Event => Publish(told.EventId, typeof(TEvent), JsonSerializer.Serialize(told, Json.Options), ct);

    public Task PublishRaw(Type eventType, string payload, CancellationToken ct) => Publish(Guid.CreateVersion7(), eventType, payload, ct);

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

    /// <summary>In the provider's books: what it has captured for this ride and not given back.</summary>
    public Task<int> HeldFor(FareFinalised fare, CancellationToken ct) => Count(
        """
        select coalesce(sum(c.amount_minor_units - c.refunded_minor_units), 0)::bigint
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

    public Task<int> PayoutsSent(IReadOnlyList<PayoutDue> payouts, CancellationToken ct) => Count(
        "select count(*) from payment.payouts where id = any(@Ids) and status = 'Sent'", new { Ids = payouts.Select(payout => payout.PayoutId).ToArray() }, ct);

    public async Task<bool> StoresAccountInClear(Guid bankAccountId, string accountNumber, CancellationToken ct) =>
        await Count("select count(*) from payment.bank_accounts where id = @Id and position(convert_to(@Number, 'UTF8') in details) > 0",
            new { Id = bankAccountId, Number = accountNumber }, ct) > 0;

    /// <summary>Waits for a condition, with a deadline.</summary>
    public static Task Until(Func<Task<bool>> holds, CancellationToken ct) => Eventually(holds, ct);

    /// <summary>As somebody at the database might try it, whatever the code does.</summary>
    public async Task ExecuteAsOwner(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new(sql, parameters, cancellationToken: ct));
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

    /// <summary>SIGKILL, as when a machine dies.</summary>
    public Task KillAllCopies() => Task.WhenAll(fleet["payment"].Select(copy => copy.Kill()));

    public Task StartAllCopies(CancellationToken ct) => Task.WhenAll(fleet["payment"].Select(copy =>
    {
        copy.Start();
        return copy.WaitUntilHealthy(Patience, ct);
    }));

    const string OpenOf = "from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = any(@Rides)";

    static object RidesOf(IReadOnlyList<FareFinalised> fares) => new { Rides = fares.Select(fare => fare.RideId).ToArray() };

    async Task<JsonElement> Payment(FareFinalised fare, CancellationToken ct)
    {
        using var answer = await Passenger(fare.PassengerId).Get($"/v1/rides/{fare.RideId}/payment", ct);
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct)).RootElement : default;
    }

    Person Passenger(Guid id) => new(this, id, servers.Tokens.Passenger(id));

    async Task Publish(Guid eventId, Type eventType, string payload, CancellationToken ct)
    {
        await channelTurn.WaitAsync(ct);
        try
        {
            var properties = new BasicProperties { ContentType = Envelope.ContentType, DeliveryMode = DeliveryModes.Persistent };
            await channel.BasicPublishAsync(
                Subscriptions.QueueName("payment", eventType), "", true, properties, Envelope.Wrap(eventId, eventType.Name, payload, null), ct);
        }
        finally
        {
            channelTurn.Release();
        }
    }

    async Task<int> Count(string sql, object parameters, CancellationToken ct)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(ct);
        return (int)await connection.QuerySingleAsync<long>(new(sql, parameters, cancellationToken: ct));
    }

    /// <summary>Short waits, so that a test sees in seconds what takes minutes in life.</summary>
    static Dictionary<string, string> Settings => new()
    {
        ["Secrets__WebhookSigningKey"] = WebhookSigningKey,
        ["CityClock__CityStart"] = "2013-11-18T16:00:00Z",
        ["CityClock__SystemStart"] = DateTimeOffset.UtcNow.ToString("O"),
        ["CityClock__Factor"] = "600",
        ["Payment__ProviderTimeout"] = "00:00:01.5",
        ["Payment__Lease"] = "00:00:04",
        ["Payment__FirstRecheck"] = "00:00:00.2",
        ["Payment__LongestRecheck"] = "00:00:01",
        ["Payment__SendsBeforeGivingUp"] = "4",
        ["Sandbox__AnswerDelay"] = "00:00:01",
        ["Sandbox__PendingFor"] = "00:00:03",
        ["Sandbox__LateBy"] = "00:00:03",
    };

    static IConfiguration Configuration(string rabbitMq) =>
        new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:rabbitmq", rabbitMq)]).Build();

    static async Task Eventually(Func<Task<bool>> holds, CancellationToken ct)
    {
        for (var waited = Stopwatch.StartNew(); !await holds(); await Task.Delay(50, ct))
        {
            Assert.True(waited.Elapsed < Patience, $"Not within {Patience.TotalSeconds:0} s.");
        }
    }
}
