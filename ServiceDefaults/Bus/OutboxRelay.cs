using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>
/// Carries committed events from the outbox to the broker: in order per aggregate, many at a time, confirmed before they are
/// archived. Copies share the shards by advisory locks. A broker that has lost its memory is noticed by a missing marker exchange;
/// then everything declared is declared anew and the archive is published again, which the inboxes bear.
/// </summary>
sealed partial class OutboxRelay(
    NpgsqlDataSource source, SchemaName schema, FleetSubscriptions subscriptions, OutboxSignal signal, IConfiguration configuration, OutboxMetrics metrics, ILogger<OutboxRelay> logger) : BackgroundService
{
    const int BatchSize = 500;

    static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan ShardPoll = TimeSpan.FromSeconds(2);
    static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>Events with a queue: for these an unroutable publish is an error, not a silent loss.</summary>
    readonly FrozenSet<Type> heard = subscriptions.All.Select(subscription => subscription.Event).ToFrozenSet();

    readonly string read = Read(schema.Value);

    readonly string archiveAndRead = $"{Archive(schema.Value)}; {Read(schema.Value)}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Relay(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Interrupted(exception);
                await Task.Delay(PauseAfterFailure, stoppingToken);
            }
        }
    }

    /// <summary>One session: a database connection that owns the shard locks, a broker channel with confirms. Any failure ends both.</summary>
    async Task Relay(CancellationToken ct)
    {
        await using var locks = await source.OpenConnectionAsync(ct);
        try
        {
            await using var broker = await Broker.Connect(configuration, $"{schema.Value}-relay", ct);
            await new BrokerMemory(schema, subscriptions, source, logger).Restore(broker, ct);
            // An archiving that a crash of Postgres takes back is an event sent again: no reason to wait for the disk each time.
            await locks.ExecuteAsync("set synchronous_commit = off");
            await using var channel = await broker.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true, outstandingPublisherConfirmationsRateLimiter: null), ct);
            await RelayOver(locks, channel, ct);
        }
        finally
        {
            await GiveBack(locks);
        }
    }

    async Task RelayOver(NpgsqlConnection locks, IChannel channel, CancellationToken ct)
    {
        var shards = Array.Empty<short>();
        var nextShardPoll = 0L;
        var poll = IdlePoll;
        while (!ct.IsCancellationRequested)
        {
            if (Stopwatch.GetTimestamp() >= nextShardPoll)
            {
                shards = await AcquireShards(locks, shards, ct);
                nextShardPoll = Stopwatch.GetTimestamp() + (long)(ShardPoll.TotalSeconds * Stopwatch.Frequency);
            }

            var sent = shards.Length == 0 ? 0 : await RelayAll(locks, channel, shards, nextShardPoll, ct);
            var woken = await signal.Wait(poll, ct);
            // Rows found without a wake were written by another copy: look more often while it is busy.
            poll = sent > 0 && !woken ? BusyPoll : woken ? poll : Slower(poll);
        }
    }

    static TimeSpan Slower(TimeSpan poll) => poll + TimeSpan.FromMilliseconds(2) is var slower && slower < IdlePoll ? slower : IdlePoll;

    /// <summary>
    /// Sends batches until a look finds nothing more, or it is time to look for shards. The look for the next batch crosses to Postgres
    /// with the archiving of the last.
    /// </summary>
    async Task<int> RelayAll(NpgsqlConnection connection, IChannel channel, short[] shards, long until, CancellationToken ct)
    {
        var sent = 0;
        var rows = (await connection.QueryAsync<OutboxRow>(new(read, new { Shards = shards }, cancellationToken: ct))).AsList();
        while (rows.Count > 0)
        {
            await PublishAll(rows, channel, ct);
            metrics.Sent(rows.Count, TimeProvider.System.GetUtcNow().UtcDateTime - rows[0].CreatedAt);
            sent += rows.Count;
            var ids = rows.Select(row => row.Id).ToArray();
            rows = (await connection.QueryAsync<OutboxRow>(new(archiveAndRead, new { Ids = ids, Shards = shards }, cancellationToken: ct))).AsList();
            if (rows.Count > 0 && Stopwatch.GetTimestamp() >= until)
            {
                signal.Wake();
                break;
            }
        }

        return sent;
    }

    /// <summary>Publishes without waiting in between, then waits for all confirms: order is the channel's, latency is paid once.</summary>
    async Task PublishAll(List<OutboxRow> rows, IChannel channel, CancellationToken ct)
    {
        if (!channel.IsOpen)
        {
            throw new AlreadyClosedException(channel.CloseReason!);
        }

        var confirms = new Task[rows.Count];
        for (var i = 0; i < rows.Count; i++)
        {
            confirms[i] = Publish(channel, rows[i], ct);
        }

        await Task.WhenAll(confirms);
    }

    Task Publish(IChannel channel, OutboxRow row, CancellationToken ct)
    {
        var type = Envelope.TypeOf(row.EventType) ?? throw new InvalidOperationException($"Outbox row {row.Id} holds an unknown event {row.EventType}.");
        var properties = new BasicProperties
        {
            MessageId = row.EventId.ToString(),
            ContentType = Envelope.ContentType,
            DeliveryMode = DeliveryModes.Persistent,
        };
        var body = Envelope.Wrap(row.EventId, row.EventType, row.Payload, row.TraceParent);
        return channel.BasicPublishAsync(Envelope.ExchangeOf(type), "", mandatory: heard.Contains(type), properties, body, ct).AsTask();
    }

    async Task<short[]> AcquireShards(NpgsqlConnection locks, short[] held, CancellationToken ct)
    {
        const string Sql = "select shard::smallint from unnest(@Wanted) as shard where pg_try_advisory_lock(hashtext(@Schema), shard::int)";
        var wanted = Enumerable.Range(0, OutboxShards.Count).Select(shard => (short)shard).Except(held).ToArray();
        if (wanted.Length == 0)
        {
            return held;
        }

        var won = await locks.QueryAsync<short>(new(Sql, new { Wanted = wanted, Schema = $"{schema.Value}.outbox" }, cancellationToken: ct));
        return [.. held, .. won];
    }

    /// <summary>The pool does not reset sessions, so locks and settings would outlive their holder.</summary>
    static async Task GiveBack(NpgsqlConnection locks)
    {
        if (locks.State == System.Data.ConnectionState.Open)
        {
            await locks.ExecuteAsync("select pg_advisory_unlock_all(); reset synchronous_commit");
        }
    }

    static string Read(string schema) => $"""
        select id, event_id, event_type, payload, trace_parent, created_at
        from   {schema}.outbox
        where  shard = any(@Shards)
        order  by id
        limit  {BatchSize}
        """;

    static string Archive(string schema) => $"""
        with sent as (delete from {schema}.outbox where id = any(@Ids) returning *)
        insert into {schema}.outbox_archive (id, event_id, shard, aggregate_id, event_type, payload, trace_parent, created_at)
        select id, event_id, shard, aggregate_id, event_type, payload, trace_parent, created_at from sent
        """;

    [LoggerMessage(LogLevel.Warning, "The relay was interrupted and starts again; events wait in the outbox")]
    partial void Interrupted(Exception exception);

    sealed record OutboxRow(long Id, Guid EventId, string EventType, string Payload, string? TraceParent, DateTime CreatedAt);
}

/// <summary>Events sent and how long they waited.</summary>
sealed class OutboxMetrics
{
    readonly Counter<long> sent;
    readonly Histogram<double> lag;

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Tumpang.Outbox");
        sent = meter.CreateCounter<long>("tumpang.outbox.sent", "{event}", "Events confirmed by the broker.");
        lag = meter.CreateHistogram<double>("tumpang.outbox.lag", "s", "From commit to confirm, oldest event of each batch.");
    }

    public void Sent(int count, TimeSpan oldest)
    {
        sent.Add(count);
        lag.Record(oldest.TotalSeconds);
    }
}
