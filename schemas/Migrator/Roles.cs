using Dapper;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Tumpang.AppHost;

namespace Tumpang.Migrator;

/// <summary>
/// One role per service, which can use its own schema, read the key ring, and do nothing else; and the auditor, which reads everything
/// and writes nothing. Their passwords are the settings Roles:&lt;service&gt;.
/// </summary>
static class Roles
{
    const string Auditor = Topology.RolePrefix + Topology.Auditor;

    /// <summary>Roles belong to the server, not to the database: they may exist already, and take the password of this installation.</summary>
    public static async Task Create(NpgsqlConnection connection, IConfiguration settings)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        // Migrators of other databases change the same roles; their advisory lock is another one, this catalogue is shared.
        await connection.ExecuteAsync("lock table pg_catalog.pg_authid in share row exclusive mode", transaction: transaction);
        foreach (var name in Topology.Roles)
        {
            await connection.ExecuteAsync(CreateOne(Topology.RolePrefix + name), transaction: transaction);
            if (settings[$"Roles:{name}"] is { Length: > 0 } password)
            {
                var alter = await connection.QuerySingleAsync<string>(
                    "select format('alter role %I login password %L', @Role, @Password)", new { Role = Topology.RolePrefix + name, Password = password }, transaction);
                await connection.ExecuteAsync(alter, transaction: transaction);
            }
        }

        await transaction.CommitAsync();
    }

    /// <summary>
    /// Before the migrations: what each role may do with tables that are yet to come. Nothing is granted on tables afterwards,
    /// so what a migration takes away from its service (the history that may only be appended to) stays taken away.
    /// </summary>
    public static async Task PrepareSchemas(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync(AllowReading(Migration.First));
        foreach (var service in Topology.Services.Where(service => service.Schema is not null))
        {
            await connection.ExecuteAsync(AllowReading(service.Schema!));
            await connection.ExecuteAsync(AllowOwnSchema(service.Role, service.Schema!));
        }
    }

    /// <summary>After the migrations: who may enter the database, and the key ring, which everybody reads.</summary>
    public static async Task Grant(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync(AllowNothing(connection.Database));
        foreach (var name in Topology.Roles)
        {
            await connection.ExecuteAsync(AllowKeyRing(Topology.RolePrefix + name, connection.Database));
        }
    }

    /// <summary>The limits end what a frozen or lost process left open, so that it cannot hold up the others for longer.</summary>
    static string CreateOne(string role) => $"""
        do $$
        begin
            if not exists (select from pg_roles where rolname = '{role}') then
                create role "{role}" nologin;
            end if;
        end $$;
        alter role "{role}" set statement_timeout = '{(role == Auditor ? "120s" : "30s")}';
        alter role "{role}" set lock_timeout = '10s';
        alter role "{role}" set idle_in_transaction_session_timeout = '30s';
        """;

    static string AllowNothing(string database) => $"""
        revoke all on database "{database}" from public;
        revoke create on schema public from public;
        revoke all on schema platform from public;
        revoke all on function platform.create_messaging_tables(text) from public;
        """;

    static string AllowKeyRing(string role, string database) => $"""
        grant connect on database "{database}" to "{role}";
        grant usage on schema platform to "{role}";
        grant select on platform.data_protection_keys to "{role}";
        """;

    static string AllowOwnSchema(string role, string schema) => $"""
        grant usage on schema "{schema}" to "{role}";
        alter default privileges in schema "{schema}" grant select, insert, update, delete on tables to "{role}";
        alter default privileges in schema "{schema}" grant usage on sequences to "{role}";
        """;

    static string AllowReading(string schema) => $"""
        create schema if not exists "{schema}";
        grant usage on schema "{schema}" to "{Auditor}";
        alter default privileges in schema "{schema}" grant select on tables to "{Auditor}";
        """;
}
