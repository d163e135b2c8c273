using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults.Bus;
using Event = Tumpang.Contracts.Event;

namespace Tumpang.ServiceDefaults;

/// <summary>
/// What a service does about an event. Runs inside the inbox's transaction: the message's id, the effects and the events
/// that follow commit together, so an event delivered twice acts once. Throws only for outages.
/// </summary>
public interface IEventHandler<in TEvent>
    where TEvent : Event
{
    Task Handle(TEvent happened, Transaction transaction, CancellationToken ct);
}

/// <summary>Hears events without a schema of its own; must bear duplicates by other means.</summary>
public interface IEventListener<in TEvent>
    where TEvent : Event
{
    Task Hear(TEvent happened, CancellationToken ct);
}

/// <summary>The handlers of one service and their queues.</summary>
public sealed class BusHandlers
{
    /// <summary>Unacknowledged messages per queue; also how many are handled at once.</summary>
    const int Concurrency = 16;

    /// <summary>The same for listeners, who hold no database connection while they wait: what they ask of Redis goes out together.</summary>
    const int ListenerConcurrency = 64;

    readonly string service;
    readonly IServiceCollection services;
    readonly List<(Type Event, Type Consumer, int Concurrency)> consumers = [];

    internal BusHandlers(string service, IServiceCollection services) => (this.service, this.services) = (service, services);

    /// <summary>Handles an event through the inbox.</summary>
    public BusHandlers Handle<TEvent, THandler>()
        where TEvent : Event
        where THandler : class, IEventHandler<TEvent>
    {
        services.AddSingleton<THandler>();
        consumers.Add((typeof(TEvent), typeof(InboxConsumer<TEvent, THandler>), Concurrency));
        return this;
    }

    /// <summary>Hears an event without an inbox.</summary>
    public BusHandlers Listen<TEvent, TListener>()
        where TEvent : Event
        where TListener : class, IEventListener<TEvent>
    {
        services.AddSingleton<TListener>();
        consumers.Add((typeof(TEvent), typeof(ListenerConsumer<TEvent, TListener>), ListenerConcurrency));
        return this;
    }

    internal void MustEqual(IEnumerable<Subscription> listed)
    {
        var mine = consumers.Select(consumer => Described(consumer.Event, consumer.Consumer.GetGenericTypeDefinition() == typeof(InboxConsumer<,>))).Order().ToList();
        var expected = listed.Select(subscription => Described(subscription.Event, subscription.Remembered)).Order().ToList();
        if (!mine.SequenceEqual(expected))
        {
            throw new InvalidOperationException($"{service} handles [{string.Join(", ", mine)}] but Subscriptions lists [{string.Join(", ", expected)}].");
        }
    }

    static string Described(Type happened, bool remembered) => remembered ? happened.Name : $"{happened.Name} without inbox";

    internal void Register(IBusRegistrationConfigurator bus) => consumers.ForEach(consumer => bus.AddConsumer(consumer.Consumer));

    internal void Connect(IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator broker)
    {
        foreach (var (eventType, consumer, concurrency) in consumers)
        {
            var name = Subscriptions.QueueName(service, eventType);
            broker.ReceiveEndpoint(name, queue =>
            {
                queue.SetQuorumQueue();
                queue.ConfigureChannel(channel => channel.UseFilter(new QueueFirst(name)));
                queue.PrefetchCount = concurrency * 2;
                queue.ConcurrentMessageLimit = concurrency;
                queue.UseMessageRetry(Faults.RetryTransient);
                queue.ConfigureConsumer(context, consumer);
            });
        }
    }
}

/// <summary>Records the message's id and runs the handler in one transaction.</summary>
sealed class InboxConsumer<TEvent, THandler>(Database database, SchemaName schema, THandler handler) : IConsumer<TEvent>
    where TEvent : Event
    where THandler : class, IEventHandler<TEvent>
{
    static readonly string Consumer = typeof(THandler).Name;

    readonly string receive = $"insert into {schema.Value}.inbox (consumer, event_id) values (@Consumer, @EventId) on conflict do nothing";

    public async Task Consume(ConsumeContext<TEvent> context)
    {
        var ct = context.CancellationToken;
        await using var transaction = await database.Begin(ct);
        if (await transaction.Execute(receive, new { Consumer, context.Message.EventId }, ct) == 0)
        {
            return;
        }

        await handler.Handle(context.Message, transaction, ct);
        await transaction.Commit(ct);
    }
}

/// <summary>Passes the event on.</summary>
sealed class ListenerConsumer<TEvent, TListener>(TListener listener) : IConsumer<TEvent>
    where TEvent : Event
    where TListener : class, IEventListener<TEvent>
{
    public Task Consume(ConsumeContext<TEvent> context) => listener.Hear(context.Message, context.CancellationToken);
}
