using System.Text.Json;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Billing.Tests;

/// <summary>Puts events on the broker as the relays of the other services do.</summary>
sealed class TestBus(IConnection connection, IChannel channel) : IAsyncDisposable
{
    readonly SemaphoreSlim oneAtATime = new(1);

    public static async Task<TestBus> Connect(IConfiguration configuration, CancellationToken ct)
    {
        var connection = await Broker.Connect(configuration, "billing-tests", ct);
        var confirmed = new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null);
        return new(connection, await connection.CreateChannelAsync(confirmed, ct));
    }

    /// <summary>All of them, without waiting in between; returns when the broker has confirmed the last.</summary>
    public async Task Publish(IEnumerable<Event> events, CancellationToken ct)
    {
        await oneAtATime.WaitAsync(ct);
        try
        {
            await Task.WhenAll(events.Select(happened => Publish(happened, ct)).ToList());
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    /// <summary>How many messages wait in a queue; none when there is no such queue, as long as nothing ever failed.</summary>
    public async Task<uint> Waiting(string queue, CancellationToken ct)
    {
        await using var probe = await connection.CreateChannelAsync(cancellationToken: ct);
        try
        {
            return (await probe.QueueDeclarePassiveAsync(queue, ct)).MessageCount;
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
        oneAtATime.Dispose();
    }

    Task Publish(Event happened, CancellationToken ct)
    {
        var type = happened.GetType();
        var properties = new BasicProperties
        {
            ContentType = Envelope.ContentType,
            MessageId = happened.EventId.ToString(),
            DeliveryMode = DeliveryModes.Persistent,
        };
        var body = Envelope.Wrap(happened.EventId, type.Name, JsonSerializer.Serialize(happened, type, Json.Options), traceParent: null);
        return channel.BasicPublishAsync(Envelope.ExchangeOf(type), "", mandatory: true, properties, body, ct).AsTask();
    }
}
