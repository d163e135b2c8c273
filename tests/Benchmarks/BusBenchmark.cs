using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Benchmarks;

/// <summary>
/// Outbox → relay → broker → inbox, with the very code of the services: a thousand transactions publish, one handler records.
/// Beside it the bare broker client over a quorum queue with confirms, and no database.
/// </summary>
public sealed class BusBenchmark : IBenchmark
{
    const int Events = 20_000;
    const int PerTransaction = 20;
    const int Singles = 500;
    const string BareQueue = "bench-bare";

    static readonly FleetSubscriptions Queues = new([new("bench", "bench-on-ride-rated", typeof(RideRated))]);

    public string Name => "bus";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        await CreateSchema(fleet.Postgres, ct);
        await using var app = Service(fleet);
        await app.StartAsync(ct);
        var (database, heard) = (app.Services.GetRequiredService<Database>(), app.Services.GetRequiredService<OnRideRated>());

        await Publish(database, heard, 2_000, PerTransaction, ct);
        var rate = await Publish(database, heard, Events, PerTransaction, ct);
        var latencies = await PublishOneByOne(database, heard, ct);
        await app.StopAsync(ct);
        var bare = await BareBroker(fleet.RabbitMq, ct);
        return
        [
            new("bus.rate", rate, "events/s", bare, "bare broker client, quorum queue, confirms"),
            new("bus.latency.p50", latencies[latencies.Length / 2], "ms"),
            new("bus.latency.p99", latencies[(int)(latencies.Length * 0.99)], "ms"),
        ];
    }

    static async Task CreateSchema(string postgres, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(postgres);
        await using var command = source.CreateCommand("drop schema if exists bench cascade; create schema bench; select platform.create_messaging_tables('bench')");
        await command.ExecuteNonQueryAsync(ct);
    }

    static WebApplication Service(BenchFleet fleet)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:postgres", fleet.Postgres),
            new("ConnectionStrings:rabbitmq", fleet.RabbitMq),
            new("urls", "http://127.0.0.1:0"),
        ]);
        builder.AddServiceDefaults("bench").AddPostgres("bench").AddBus(Queues, bus => bus.Handle<RideRated, OnRideRated>());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        return builder.Build();
    }

    static async Task<double> Publish(Database database, OnRideRated heard, int events, int perTransaction, CancellationToken ct)
    {
        heard.Expect(events);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, events / perTransaction), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct }, async (_, token) =>
        {
            await using var transaction = await database.Begin(token);
            for (var i = 0; i < perTransaction; i++)
            {
                transaction.Publish(Rated());
            }

            await transaction.Commit(token);
        });
        await heard.All.WaitAsync(TimeSpan.FromMinutes(2), ct);
        return events / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>From the publisher's begin until the handler runs: what one event waits in an idle fleet.</summary>
    static async Task<double[]> PublishOneByOne(Database database, OnRideRated heard, CancellationToken ct)
    {
        var latencies = new double[Singles];
        for (var i = 0; i < Singles; i++)
        {
            heard.Expect(1);
            var started = Stopwatch.GetTimestamp();
            await using var transaction = await database.Begin(ct);
            transaction.Publish(Rated());
            await transaction.Commit(ct);
            await heard.All.WaitAsync(TimeSpan.FromSeconds(30), ct);
            latencies[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(latencies);
        return latencies;
    }

    static async Task<double> BareBroker(string rabbitmq, CancellationToken ct)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbitmq) }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true, null), ct);
        await using var receiving = await connection.CreateChannelAsync(cancellationToken: ct);
        await channel.QueueDeclareAsync(BareQueue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" }, cancellationToken: ct);
        await receiving.BasicQosAsync(0, 32, false, ct);
        var (count, all) = (0, new TaskCompletionSource());
        var consumer = new AsyncEventingBasicConsumer(receiving);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            await receiving.BasicAckAsync(delivery.DeliveryTag, false, ct);
            if (Interlocked.Increment(ref count) == Events)
            {
                all.TrySetResult();
            }
        };
        await receiving.BasicConsumeAsync(BareQueue, autoAck: false, consumer, ct);

        var body = Envelope.Wrap(Guid.NewGuid(), nameof(RideRated), new string(' ', 350), traceParent: null);
        var started = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < Events; sent += 500)
        {
            await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => channel.BasicPublishAsync("", BareQueue, false, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, body, ct).AsTask()));
        }

        await all.Task.WaitAsync(TimeSpan.FromMinutes(2), ct);
        var rate = Events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await channel.QueueDeleteAsync(BareQueue, cancellationToken: ct);
        return rate;
    }

    static RideRated Rated() =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Party.Passenger, 5) { OccurredAt = TimeProvider.System.GetUtcNow(), Version = 1 };
}

/// <summary>Counts what the inbox let through.</summary>
public sealed class OnRideRated : IEventHandler<RideRated>
{
    int missing;
    TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when as many events were handled as expected.</summary>
    public Task All => all.Task;

    /// <summary>Starts counting anew.</summary>
    public void Expect(int events) => (missing, all) = (events, new(TaskCreationOptions.RunContinuationsAsynchronously));

    public Task Handle(RideRated happened, Transaction transaction, CancellationToken ct)
    {
        if (Interlocked.Decrement(ref missing) == 0)
        {
            all.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
