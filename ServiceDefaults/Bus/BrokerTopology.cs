using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>
/// Declares the exchanges, queues and bindings of the whole fleet, exactly as MassTransit would for its consumers.
/// Idempotent, so that every process does it before its first publish and again after the broker lost its memory.
/// </summary>
public static class BrokerTopology
{
    static readonly TimeSpan PauseAtDoor = TimeSpan.FromMilliseconds(20);

    /// <summary>Declares an exchange for every event and a queue for every subscription.</summary>
    public static async Task Declare(IConnection broker, IEnumerable<Subscription> subscriptions, CancellationToken ct)
    {
        await using var channel = await broker.CreateChannelAsync(cancellationToken: ct);
        foreach (var eventType in Subscriptions.Events)
        {
            await channel.ExchangeDeclareAsync(Envelope.ExchangeOf(eventType), ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
        }

        foreach (var subscription in subscriptions)
        {
            await DeclareQueue(broker, subscription.Queue, ct);
            await channel.ExchangeDeclareAsync(subscription.Queue, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
            await channel.QueueBindAsync(subscription.Queue, subscription.Queue, "", cancellationToken: ct);
            await channel.ExchangeBindAsync(subscription.Queue, Envelope.ExchangeOf(subscription.Event), "", cancellationToken: ct);
        }
    }

    /// <summary>
    /// Declares one queue while nobody else does: a broker before 4.1 answers whoever declares second before the queue's Raft process is up, and
    /// a consumer that takes its word has its whole connection killed (rabbitmq-server #13625). The door is an exclusive queue, which the broker
    /// refuses to every other connection and removes with the connection of one who was killed inside.
    /// </summary>
    public static async Task DeclareQueue(IConnection broker, string queue, CancellationToken ct)
    {
        var door = queue + "-door";
        while (!await TryDeclareBehind(door, queue, broker, ct))
        {
            await Task.Delay(PauseAtDoor, ct);
        }
    }

    static async Task<bool> TryDeclareBehind(string door, string queue, IConnection broker, CancellationToken ct)
    {
        // A refused declare closes its channel, hence one of its own.
        await using var channel = await broker.CreateChannelAsync(cancellationToken: ct);
        try
        {
            await channel.QueueDeclareAsync(door, durable: false, exclusive: true, autoDelete: false, cancellationToken: ct);
        }
        catch (OperationInterruptedException held) when (held.ShutdownReason?.ReplyCode == Constants.ResourceLocked)
        {
            return false;
        }

        try
        {
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, QueueArguments, cancellationToken: ct);
        }
        finally
        {
            await Open(door, broker);
        }

        return true;
    }

    /// <summary>A refused declare leaves the connection open, and the door with it: nobody else would hear what was refused.</summary>
    static async Task Open(string door, IConnection broker)
    {
        if (broker.IsOpen)
        {
            await using var channel = await broker.CreateChannelAsync(cancellationToken: CancellationToken.None);
            await channel.QueueDeleteAsync(door, ifUnused: false, ifEmpty: false, cancellationToken: CancellationToken.None);
        }
    }

    /// <summary>Quorum queues survive the loss of a node; must equal what MassTransit's SetQuorumQueue declares.</summary>
    static Dictionary<string, object?> QueueArguments => new(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" };
}
