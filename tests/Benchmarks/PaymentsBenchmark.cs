using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Benchmarks;

/// <summary>
/// Payment orders from FareFinalised to PaymentSucceeded: over the broker into the running service, over HTTP to the sandbox, and back over the broker. Beside
/// it pgbench writes the rows that payment and the sandbox write on the way, in the same transactions, asks nobody and tells nobody.
/// </summary>
public sealed class PaymentsBenchmark : IBenchmark
{
    const int Callers = 32;
    const int Passengers = 32;
    const long MinorUnits = 1_250;
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);
    static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => "payments";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var passengers = await Task.WhenAll(Enumerable.Range(0, Passengers).Select(number => WithCard(fleet, number, ct)));
        await using var till = await Till.Open(fleet.RabbitMq, ct);
        var orders = await Load.Run(Callers, WarmUp, Duration, (caller, token) => till.Settles(Fare(passengers[caller % Passengers]), token), ct);
        var bare = await Pgbench.Run(fleet.Postgres, Callers, Duration / 2, Rows, ct);
        return
        [
            new("payments.rate", orders.PerSecond, "orders/s", bare, "pgbench writing the same rows in the same transactions"),
            new("payments.p50", orders.Percentile(0.5), "ms"),
            new("payments.p99", orders.Percentile(0.99), "ms"),
            new("payments.failures", orders.Failures, "orders"),
        ];
    }

    static async Task<(Guid Passenger, Guid Method)> WithCard(BenchFleet fleet, int number, CancellationToken ct)
    {
        var phone = await new BenchPhone(fleet.City, number, kind: 7).LoggedIn(ct);
        var card = await phone.Post("/v1/payment-methods", new { kind = "Card", cardToken = "tok_ok" }, ct);
        return (phone.UserId, card.GetProperty("paymentMethodId").GetGuid());
    }

    static FareFinalised Fare((Guid Passenger, Guid Method) from) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), from.Passenger, Guid.CreateVersion7(), FareKind.Ride, new(MinorUnits, "USD"), new(125, "USD"),
        new(MinorUnits - 125, "USD"), Money.Zero("USD"), 2_000, 600, new(from.Method, PaymentMethodKind.Card))
    { OccurredAt = TimeProvider.System.GetUtcNow(), Version = 1 };

    /// <summary>
    /// The transactions of one order: heard (inbox, order, attempt), claimed, charged at the sandbox, concluded (attempt, order, outbox) and relayed (outbox to
    /// archive).
    /// </summary>
    static readonly string Rows = $"""
        select gen_random_uuid() as order_id, gen_random_uuid() as attempt_id, gen_random_uuid() as ride_id, gen_random_uuid() as event_id \gset
        begin;
        insert into payment.inbox (consumer, event_id) values ('bench', :event_id::uuid);
        insert into payment.orders
               (id, fare_id, ride_id, passenger_id, driver_id, fare_kind, amount_minor_units, commission_minor_units, driver_earning_minor_units,
                tax_minor_units, currency, payment_method_id, kind, status, created_at, updated_at, promotion_minor_units, adjusted_minor_units)
        values (:order_id::uuid, gen_random_uuid(), :ride_id::uuid, gen_random_uuid(), gen_random_uuid(), 'Ride', 1250, 125, 1125,
                0, 'USD', gen_random_uuid(), 'Card', 'Pending', now(), now(), 0, 0);
        insert into payment.attempts (id, order_id, ordinal, payment_method_id, kind, amount_minor_units, currency, status, due_at, created_at)
        values (:attempt_id::uuid, :order_id::uuid, 1, gen_random_uuid(), 'Card', 1250, 'USD', 'Due', now() + interval '1 hour', now());
        update payment.orders set open_attempt_id = :attempt_id::uuid, attempts_made = 1, updated_at = now() where id = :order_id::uuid;
        commit;
        update payment.attempts
        set    status = 'Sent', tries = 1, sends = 1, lease = gen_random_uuid(), due_at = now() + interval '1 hour'
        where  id = :attempt_id::uuid;
        insert into sandbox.charges
               (id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decides_at, decided_at)
        values (gen_random_uuid(), :attempt_id::text, sha256(:attempt_id::text::bytea), 1250, 'USD', 'tok_ok', :attempt_id::text, 'Succeeded', 'Succeeded',
                now(), now());
        begin;
        update payment.attempts
        set    status = 'Succeeded', provider_charge_id = :event_id::text, ended_at = now(), lease = null
        where  id = :attempt_id::uuid;
        update payment.orders
        set    status = 'Settled', open_attempt_id = null, version = 1, updated_at = now(), settled_at = now()
        where  id = :order_id::uuid and status = 'Pending';
        insert into payment.outbox (event_id, shard, aggregate_id, event_type, payload)
        values (:event_id::uuid, 32000, :ride_id::uuid, 'PaymentSucceeded', '{new string('x', 360)}');
        commit;
        with sent as (delete from payment.outbox where event_id = :event_id::uuid returning *)
        insert into payment.outbox_archive (id, event_id, shard, aggregate_id, event_type, payload, created_at)
        select id, event_id, shard, aggregate_id, event_type, payload, created_at from sent;
        """;

    /// <summary>Tells payment of fares as billing's relay would, and hears of every order that is settled.</summary>
    sealed class Till : IAsyncDisposable
    {
        readonly ConcurrentDictionary<Guid, TaskCompletionSource> waiting = new();
        readonly SemaphoreSlim turn = new(1, 1);
        readonly IConnection connection;
        readonly IChannel telling;
        readonly IChannel hearing;

        Till(IConnection connection, IChannel telling, IChannel hearing) => (this.connection, this.telling, this.hearing) = (connection, telling, hearing);

        public static async Task<Till> Open(string rabbitmq, CancellationToken ct)
        {
            var broker = await new ConnectionFactory { Uri = new Uri(rabbitmq) }.CreateConnectionAsync(ct);
            var till = new Till(broker, await broker.CreateChannelAsync(cancellationToken: ct), await broker.CreateChannelAsync(cancellationToken: ct));
            var queue = (await till.hearing.QueueDeclareAsync(cancellationToken: ct)).QueueName;
            await till.hearing.QueueBindAsync(queue, Envelope.ExchangeOf(typeof(PaymentSucceeded)), "", cancellationToken: ct);
            var consumer = new AsyncEventingBasicConsumer(till.hearing);
            consumer.ReceivedAsync += (_, delivery) =>
            {
                till.Heard(delivery.Body);
                return Task.CompletedTask;
            };
            await till.hearing.BasicConsumeAsync(queue, autoAck: true, consumer, ct);
            return till;
        }

        public async Task<bool> Settles(FareFinalised fare, CancellationToken ct)
        {
            var settled = waiting[fare.RideId] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var body = Envelope.Wrap(fare.EventId, nameof(FareFinalised), JsonSerializer.Serialize(fare, Json.Options), traceParent: null);
            await turn.WaitAsync(ct);
            try
            {
                var properties = new BasicProperties { ContentType = Envelope.ContentType, DeliveryMode = DeliveryModes.Persistent };
                await telling.BasicPublishAsync("", Subscriptions.QueueName("payment", typeof(FareFinalised)), true, properties, body, ct);
            }
            finally
            {
                turn.Release();
            }

            await settled.Task.WaitAsync(Patience, ct);
            return waiting.TryRemove(fare.RideId, out _);
        }

        void Heard(ReadOnlyMemory<byte> body)
        {
            using var envelope = JsonDocument.Parse(body);
            if (waiting.TryGetValue(envelope.RootElement.GetProperty("message").GetProperty("rideId").GetGuid(), out var settled))
            {
                settled.TrySetResult();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await telling.DisposeAsync();
            await hearing.DisposeAsync();
            await connection.DisposeAsync();
            turn.Dispose();
        }
    }
}
