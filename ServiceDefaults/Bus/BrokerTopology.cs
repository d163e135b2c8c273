using RabbitMQ.Client;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>
/// Declares the exchanges, queues and bindings of the whole fleet, exactly as MassTransit would for its consumers.
/// Idempotent, so that every process does it before its first publish and again after the broker lost its memory.
/// </summary>
public static class BrokerTopology
{
    /// <summary>Declares an exchange for every event and a queue for every subscription.</summary>
    public static async Task Declare(IChannel channel, IEnumerable<Subscription> subscriptions, CancellationToken ct)
    {
        foreach (var eventType in Subscriptions.Events)
        {
            await channel.ExchangeDeclareAsync(Envelope.ExchangeOf(eventType), ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
        }

        foreach (var subscription in subscriptions)
        {
            await Declare(channel, subscription, ct);
        }
    }

    static async Task Declare(IChannel channel, Subscription subscription, CancellationToken ct)
    {
        await channel.ExchangeDeclareAsync(subscription.Queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
        await channel.QueueDeclareAsync(subscription.Queue, durable: true, exclusive: false, autoDelete: false, QueueArguments, cancellationToken: ct);
        await channel.QueueBindAsync(subscription.Queue, subscription.Queue, "", cancellationToken: ct);
        await channel.ExchangeBindAsync(subscription.Queue, Envelope.ExchangeOf(subscription.Event), "", cancellationToken: ct);
    }

    /// <summary>Quorum queues survive the loss of a node; must equal what MassTransit's SetQuorumQueue declares.</summary>
    static Dictionary<string, object?> QueueArguments => new(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };
}
