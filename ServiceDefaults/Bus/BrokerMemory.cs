using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>
/// Notices a broker that was wiped. A marker exchange per schema is declared last; where it is missing, the broker is new or has
/// forgotten everything, and what was confirmed but perhaps never consumed is taken back from the archive into the outbox.
/// </summary>
sealed partial class BrokerMemory(SchemaName schema, FleetSubscriptions subscriptions, NpgsqlDataSource source, ILogger logger)
{
    string Marker => $"tumpang-outbox-{schema.Value}";

    public async Task Restore(IConnection broker, CancellationToken ct)
    {
        var remembered = await MarkerExists(broker, ct);
        await BrokerTopology.Declare(broker, subscriptions.All, ct);
        if (!remembered)
        {
            await TakeBackArchive(ct);
            await using var channel = await broker.CreateChannelAsync(cancellationToken: ct);
            await channel.ExchangeDeclareAsync(Marker, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: ct);
        }
    }

    async Task<bool> MarkerExists(IConnection broker, CancellationToken ct)
    {
        // A failed passive declare closes its channel, hence one of its own.
        await using var channel = await broker.CreateChannelAsync(cancellationToken: ct);
        try
        {
            await channel.ExchangeDeclarePassiveAsync(Marker, ct);
            return true;
        }
        catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    async Task TakeBackArchive(CancellationToken ct)
    {
        var sql = $"""
            with back as (delete from {schema.Value}.outbox_archive where published_at > now() - interval '1 day' returning *)
            insert into {schema.Value}.outbox (event_id, shard, aggregate_id, event_type, payload, trace_parent, created_at)
            select event_id, shard, aggregate_id, event_type, payload, trace_parent, created_at from back order by id
            on conflict (event_id) do nothing
            """;
        await using var connection = await source.OpenConnectionAsync(ct);
        var count = await connection.ExecuteAsync(new(sql, commandTimeout: 300, cancellationToken: ct));
        if (count > 0)
        {
            TookBack(logger, count);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The broker had lost its memory: {Count} archived events are published again")]
    static partial void TookBack(ILogger logger, int count);
}
