using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.ServiceDefaults;

/// <summary>The fleet's bus: handlers on quorum queues, and the outbox relay of a service that owns a schema.</summary>
public static class BusExtensions
{
    /// <summary>
    /// Adds the handlers named in <paramref name="configure"/>; they must be exactly those that <see cref="Subscriptions"/> lists for this service.
    /// </summary>
    public static WebApplicationBuilder AddBus(this WebApplicationBuilder builder, Action<BusHandlers> configure) =>
        builder.AddBus(new FleetSubscriptions(Subscriptions.All), configure);

    /// <summary>The same over another list of queues, for benchmarks and tests of the bus itself.</summary>
    public static WebApplicationBuilder AddBus(this WebApplicationBuilder builder, FleetSubscriptions subscriptions, Action<BusHandlers> configure)
    {
        var service = ServiceOf(builder.Services);
        var handlers = new BusHandlers(service, builder.Services);
        configure(handlers);
        builder.Services.AddSingleton(subscriptions);
        handlers.MustEqual(subscriptions.All.Where(subscription => subscription.Service == service));

        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            // A bus that reports started before its queues exist loses what is published meanwhile.
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(8);
        });
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            handlers.Register(bus);
            bus.UsingRabbitMq((context, broker) =>
            {
                broker.Host(Broker.Address(builder.Configuration));
                broker.ConfigureJsonSerializerOptions(Json.Apply);
                handlers.Connect(context, broker);
            });
        });
        if (builder.Services.Any(registered => registered.ServiceType == typeof(SchemaName)))
        {
            builder.Services.AddSingleton<OutboxMetrics>();
            builder.Services.AddHostedService<OutboxRelay>();
            builder.Services.AddSweeper<ForgetOldMessages>();
        }

        return builder;
    }

    static string ServiceOf(IServiceCollection services) =>
        (services.FirstOrDefault(registered => registered.ServiceType == typeof(ServiceName))?.ImplementationInstance as ServiceName)?.Value
        ?? throw new InvalidOperationException("AddServiceDefaults comes before AddBus.");
}

/// <summary>Who hears what, as the relays and consumers of this process take it.</summary>
public sealed record FleetSubscriptions(IReadOnlyList<Subscription> All);

/// <summary>Outages that pass by themselves; everything else goes to the error queue at once.</summary>
static class Faults
{
    const int Attempts = 12;

    /// <summary>About three minutes in all: longer than any restart of a store, short enough that an operator hears of it.</summary>
    public static void RetryTransient(IRetryConfigurator retry)
    {
        retry.Handle<Exception>(IsTransient);
        retry.Exponential(Attempts, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30), TimeSpan.FromMilliseconds(200));
    }

    static bool IsTransient(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.AdminShutdown,
        NpgsqlException or StackExchange.Redis.RedisException or HttpRequestException or TimeoutException => true,
        Polly.Timeout.TimeoutRejectedException or Polly.CircuitBreaker.BrokenCircuitException => true,
        _ => false,
    };
}
