using System.Text.Json;
using Dapper;
using Npgsql;
using RabbitMQ.Client;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Testing;

/// <summary>Publishes events as the relays of other services do, and reads what the services under test have published.</summary>
public sealed class TestBus : IAsyncDisposable
{
    /// <summary>For each answer of a broker that has the queues of other test programs to make as well.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    readonly IConnection connection;
    readonly IChannel channel;
    readonly NpgsqlDataSource owner;

    TestBus(IConnection connection, IChannel channel, NpgsqlDataSource owner) => (this.connection, this.channel, this.owner) = (connection, channel, owner);

    /// <summary>Connects, and declares every queue of the fleet (or the given ones), so that nothing published here is lost.</summary>
    public static Task<TestBus> Connect(TestServers servers, CancellationToken ct, IReadOnlyList<Subscription>? queues = null) =>
        Connect(servers.Addresses.RabbitMq, servers.Owner, ct, queues);

    /// <summary>Likewise, on the broker and the database of a fleet that runs.</summary>
    public static async Task<TestBus> Connect(string rabbitMq, NpgsqlDataSource owner, CancellationToken ct, IReadOnlyList<Subscription>? queues = null)
    {
        var broker = await Open(rabbitMq, ct);
        var confirming = await broker.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), ct);
        await BrokerTopology.Declare(broker, queues ?? Subscriptions.All, ct);
        return new(broker, confirming, owner);
    }

    /// <summary>A connection that waits for a broker that is slow.</summary>
    public static Task<IConnection> Open(string rabbitMq, CancellationToken ct)
    {
        var factory = new ConnectionFactory
        {
            Uri = new Uri(rabbitMq),
            RequestedConnectionTimeout = Patience,
            HandshakeContinuationTimeout = Patience,
            ContinuationTimeout = Patience,
        };
        return factory.CreateConnectionAsync(ct);
    }

    /// <summary>Publishes in this order; returns when the broker has confirmed all.</summary>
    public Task Publish(CancellationToken ct, params IEnumerable<Event> events) => Task.WhenAll(events.Select(happened => Publish(happened, ct)).ToList());

    /// <summary>Events of this type about this aggregate that a schema has published or is about to, oldest first.</summary>
    public async Task<IReadOnlyList<TEvent>> Published<TEvent>(string schema, Guid aggregateId, CancellationToken ct)
        where TEvent : Event
    {
        await using var database = await owner.OpenConnectionAsync(ct);
        var payloads = await database.QueryAsync<string>(new(
            $"""
            select payload from (
                select id, payload, aggregate_id, event_type, event_id from {schema}.outbox
                union all
                select id, payload, aggregate_id, event_type, event_id from {schema}.outbox_archive) published
            where aggregate_id = @AggregateId and event_type = @Type
            order by id
            """,
            new { aggregateId, Type = typeof(TEvent).Name }, cancellationToken: ct));
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<TEvent>(payload, Json.Options)!)];
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    Task Publish(Event happened, CancellationToken ct)
    {
        var type = happened.GetType();
        var properties = new BasicProperties { ContentType = Envelope.ContentType, MessageId = happened.EventId.ToString(), DeliveryMode = DeliveryModes.Persistent };
        var body = Envelope.Wrap(happened.EventId, type.Name, JsonSerializer.Serialize(happened, type, Json.Options), traceParent: null);
        return channel.BasicPublishAsync(Envelope.ExchangeOf(type), "", mandatory: true, properties, body, ct).AsTask();
    }
}
