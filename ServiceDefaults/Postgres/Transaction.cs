using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.ServiceDefaults;

/// <summary>
/// One change of this service and the events that tell of it: they commit together or not at all.
/// As a parameter of an endpoint marked Idempotent it is opened and committed by the filter; a consumer's is by the inbox.
/// </summary>
public sealed class Transaction : IAsyncDisposable
{
    readonly NpgsqlDataSource source;
    readonly SchemaName schema;
    readonly OutboxSignal signal;
    readonly List<Statement> later = [];
    readonly List<Event> events = [];
    readonly List<Action> onCommitted = [];
    NpgsqlConnection? connection;
    NpgsqlTransaction? inner;

    internal Transaction(NpgsqlDataSource source, SchemaName schema, OutboxSignal signal) =>
        (this.source, this.schema, this.signal) = (source, schema, signal);

    /// <summary>The open connection, for batches and bulk writes.</summary>
    public NpgsqlConnection Connection => connection ?? throw new InvalidOperationException("The transaction is not open: is the endpoint marked Idempotent()?");

    /// <summary>The transaction to put on hand-made commands.</summary>
    public NpgsqlTransaction Inner => inner ?? throw new InvalidOperationException("The transaction is not open.");

    /// <summary>The first row, or default when there is none.</summary>
    public Task<T?> Find<T>(string sql, object? parameters, CancellationToken ct) =>
        Connection.QueryFirstOrDefaultAsync<T>(new(sql, parameters, inner, cancellationToken: ct));

    /// <summary>All rows. The statement bounds them.</summary>
    public async Task<IReadOnlyList<T>> List<T>(string sql, object? parameters, CancellationToken ct) =>
        (await Connection.QueryAsync<T>(new(sql, parameters, inner, cancellationToken: ct))).AsList();

    /// <summary>Runs one statement; how many rows it touched.</summary>
    public Task<int> Execute(string sql, object? parameters, CancellationToken ct) =>
        Connection.ExecuteAsync(new(sql, parameters, inner, cancellationToken: ct));

    /// <summary>
    /// A write whose result nobody needs before the commit: it crosses to Postgres together with the commit, after everything else and in
    /// the order of these calls. What it breaks, it breaks at the commit.
    /// </summary>
    /// <param name="sql">One statement, without a semicolon at its end.</param>
    public void Later(string sql, object? parameters) => later.Add(new(sql, parameters));

    /// <summary>Puts a fact into the outbox; it leaves for the broker if and only if this transaction commits.</summary>
    public void Publish(Event happened) => events.Add(happened);

    /// <summary>Runs after the commit, in this process only: a wake-up, never an effect that must not be lost.</summary>
    public void OnCommitted(Action wake) => onCommitted.Add(wake);

    /// <summary>
    /// The effects stay even when the endpoint answers with a refusal: a wrong guess must be counted. Not for the answer itself,
    /// which is judged anew when it is asked again.
    /// </summary>
    public void KeepWhenRefused() => KeepsWhenRefused = true;

    internal bool KeepsWhenRefused { get; private set; }

    /// <summary>Writes what was left for later and the outbox, commits, all in one round trip, and wakes the relay.</summary>
    public async Task Commit(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        await using (var batch = new NpgsqlBatch(connection, inner))
        {
            later.ForEach(statement => batch.BatchCommands.Add(statement.ToBatchCommand()));
            if (events.Count > 0)
            {
                batch.BatchCommands.Add(WriteOutbox());
            }

            batch.BatchCommands.Add(new("commit"));
            // From here the answer must not depend on whether the caller still waits.
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }

        if (events.Count > 0)
        {
            signal.Wake();
        }

        onCommitted.ForEach(wake => wake());
    }

    public async ValueTask DisposeAsync()
    {
        if (inner is not null)
        {
            await inner.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Lets minimal APIs bind it; one per request, not open yet.</summary>
    public static ValueTask<Transaction?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var services = http.RequestServices;
        var transaction = new Transaction(
            services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<SchemaName>(), services.GetRequiredService<OutboxSignal>());
        http.Features.Set(transaction);
        return ValueTask.FromResult<Transaction?>(transaction);
    }

    internal async Task Open(CancellationToken ct)
    {
        connection = await source.OpenConnectionAsync(ct);
        inner = await connection.BeginTransactionAsync(ct);
    }

    NpgsqlBatchCommand WriteOutbox()
    {
        var sql = $"""
            insert into {schema.Value}.outbox (event_id, shard, aggregate_id, event_type, payload, trace_parent)
            select * from unnest($1, $2, $3, $4, $5, $6)
            """;
        return new(sql)
        {
            Parameters =
            {
                Array(NpgsqlDbType.Uuid, happened => happened.EventId),
                Array(NpgsqlDbType.Smallint, happened => OutboxShards.Of(happened.AggregateId)),
                Array(NpgsqlDbType.Uuid, happened => happened.AggregateId),
                Array(NpgsqlDbType.Text, happened => happened.GetType().Name),
                Array(NpgsqlDbType.Text, happened => JsonSerializer.Serialize(happened, happened.GetType(), Json.Options)),
                Array(NpgsqlDbType.Text, _ => Activity.Current?.Id),
            },
        };
    }

    NpgsqlParameter<T[]> Array<T>(NpgsqlDbType type, Func<Event, T> value) =>
        new() { TypedValue = [.. events.Select(value)], NpgsqlDbType = NpgsqlDbType.Array | type };
}
