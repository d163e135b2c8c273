using Npgsql;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;

namespace Tumpang.Testing;

/// <summary>Migrating takes seconds, cloning a migrated database takes a fraction of one.</summary>
static class Templates
{
    const string Name = "tumpang_template";
    const long LockKey = 7_486_967_002;

    /// <summary>Whoever comes second waits for a whole migration, on a busy machine.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    /// <summary>Makes the database of <paramref name="servers"/>; the first caller of a server migrates the template.</summary>
    /// <param name="renew">Drop a template that an earlier run left, because the schemas may have changed since.</param>
    public static async Task Clone(TestServers servers, Runner.Commands.TestStores shared, bool renew, CancellationToken ct)
    {
        var postgres = new NpgsqlConnectionStringBuilder(shared.Postgres) { Database = "postgres", Pooling = false, CommandTimeout = (int)LongestWait.TotalSeconds };
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(ct);
        await Execute(connection, $"select pg_advisory_lock({LockKey})", ct);
        if (renew)
        {
            await Execute(connection, $"drop database if exists {Name}", ct);
        }

        await using var find = new NpgsqlCommand($"select 1 from pg_database where datname = '{Name}'", connection);
        if (await find.ExecuteScalarAsync(ct) is null)
        {
            await Execute(connection, $"create database {Name}", ct);
            await Fleet.Migrate(servers.Repository, shared.Addresses.WithDatabase(Name), servers.Secrets, shared.DataDirectory, ct: ct);
        }

        var clone = new NpgsqlConnectionStringBuilder(servers.Addresses.Postgres).Database;
        await Execute(connection, $"create database \"{clone}\" template {Name}", ct);
    }

    static async Task Execute(NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }
}
