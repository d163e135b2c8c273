using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults.Bus;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>Copies of a service that start together on a broker that knows none of their queues.</summary>
public sealed class StartTests(BusApp app)
{
    const int Copies = 6;
    const int Queues = 60;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The broker kills the connection of whoever consumes from a queue that a twin is still making; a bus was seen never to start after it.</summary>
    [Fact]
    public async Task Whoever_declares_a_queue_may_consume_from_it_whoever_else_declares_it_just_then()
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, Copies).Select(_ => Connect()));
        foreach (var queue in Enumerable.Range(0, Queues).Select(number => $"twins-{number}-{Guid.CreateVersion7()}"))
        {
            var consumers = await Task.WhenAll(connections.Select(connection => DeclareAndConsume(connection, queue))).WaitAsync(Patience, Ct);

            Assert.Equal(Copies, consumers.Distinct(StringComparer.Ordinal).Count());
        }

        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_copy_waits_with_its_queue_while_a_twin_declares_it()
    {
        var service = $"patient-{Guid.CreateVersion7()}";
        var queue = Subscriptions.QueueName(service, typeof(RideRated));
        await using var twin = await Connect();
        await using var inside = await twin.CreateChannelAsync(cancellationToken: Ct);
        await inside.QueueDeclareAsync($"{queue}-door", durable: false, exclusive: true, autoDelete: false, cancellationToken: Ct);
        await using var copy = Build(service, new Subscription(service, queue, typeof(RideRated), Remembered: false));

        var starting = copy.StartAsync(Ct);
        await Assert.ThrowsAsync<TimeoutException>(() => starting.WaitAsync(TimeSpan.FromSeconds(2), Ct));
        await twin.CloseAsync(Ct);

        await starting.WaitAsync(Patience, Ct);
    }

    // Everybody hears it, and nobody waits before a door that stays shut.
    [Fact]
    public async Task A_queue_that_cannot_be_declared_is_refused_to_everybody()
    {
        var queue = $"classic-{Guid.CreateVersion7()}";
        await using var owner = await Connect();
        await using var channel = await owner.CreateChannelAsync(cancellationToken: Ct);
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
        var twins = await Task.WhenAll(Connect(), Connect());

        foreach (var twin in twins)
        {
            var refused = await Assert.ThrowsAsync<OperationInterruptedException>(() => BrokerTopology.DeclareQueue(twin, queue, Ct).WaitAsync(Patience, Ct));
            Assert.Equal(Constants.PreconditionFailed, refused.ShutdownReason!.ReplyCode);
        }

        await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: Ct);
        foreach (var twin in twins)
        {
            await BrokerTopology.DeclareQueue(twin, queue, Ct).WaitAsync(Patience, Ct);
            await twin.DisposeAsync();
        }
    }

    Task<IConnection> Connect() => TestBus.Open(app.Settings["ConnectionStrings:rabbitmq"]!, Ct);

    static async Task<string> DeclareAndConsume(IConnection connection, string queue)
    {
        await BrokerTopology.DeclareQueue(connection, queue, Ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        return await channel.BasicConsumeAsync(queue, autoAck: false, new AsyncEventingBasicConsumer(channel), Ct);
    }

    WebApplication Build(string service, Subscription subscription)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(app.Settings);
        builder.AddServiceDefaults(service).AddBus(new FleetSubscriptions([subscription]), bus => bus.Listen<RideRated, Deaf>());
        builder.Logging.ClearProviders();
        return builder.Build();
    }

    sealed class Deaf : IEventListener<RideRated>
    {
        public Task Hear(RideRated happened, CancellationToken ct) => Task.CompletedTask;
    }
}
