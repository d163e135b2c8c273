using Dapper;
using Npgsql;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.ServiceDefaults;

/// <summary>
/// Reads and single statements on this service's schema; everything that must hold together takes a <see cref="Transaction"/>.
/// Never both in one flow: a transaction holds a connection, and enough of them waiting for a second one empty the pool for ever.
/// </summary>
public sealed class Database(NpgsqlDataSource source, SchemaName schema, OutboxSignal signal)
{
    /// <summary>The first row, or default when there is none.</summary>
    public async Task<T?> Find<T>(string sql, object? parameters, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.QueryFirstOrDefaultAsync<T>(new(sql, parameters, cancellationToken: ct));
    }

    /// <summary>All rows. The statement bounds them.</summary>
    public async Task<IReadOnlyList<T>> List<T>(string sql, object? parameters, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return (await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: ct))).AsList();
    }

    /// <summary>Runs one statement in a transaction of its own; how many rows it touched.</summary>
    public async Task<int> Execute(string sql, object? parameters, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new(sql, parameters, cancellationToken: ct));
    }

    /// <summary>A transaction that must be committed by the caller; left alone it rolls back.</summary>
    public async Task<Transaction> Begin(CancellationToken ct)
    {
        var transaction = new Transaction(source, schema, signal);
        await transaction.Open(ct);
        return transaction;
    }
}
