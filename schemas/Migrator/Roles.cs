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
    /// <summary>Roles belong to the server, not to the database: they may exist already, and take the password of this installation.</summary>
    public static async Task Create(NpgsqlConnection connection, IConfiguration settings)
    {
        foreach (var name in Topology.Roles)
        {
            await connection.ExecuteAsync(CreateOne(Topology.RolePrefix + name));
            if (settings[$"Roles:{name}"] is { Length: > 0 } password)
            {
                var alter = await connection.QuerySingleAsync<string>("select format('alter role %I login password %L', @Role, @Password)", new { Role = Topology.RolePrefix + name, Password = password });
                await connection.ExecuteAsync(alter);
            }
        }
    }

    public static async Task Grant(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync(AllowNothing(connection.Database));
        foreach (var name in Topology.Roles)
        {
            await connection.ExecuteAsync(AllowKeyRing(Topology.RolePrefix + name, connection.Database));
        }

        foreach (var service in Topology.Services.Where(service => service.Schema is not null && Exists(connection, service.Schema)))
        {
            await connection.ExecuteAsync(AllowOwnSchema(service.Role, service.Schema!));
            await connection.ExecuteAsync(AllowReading(Topology.RolePrefix + Topology.Auditor, service.Schema!));
        }

        await connection.ExecuteAsync(AllowReading(Topology.RolePrefix + Topology.Auditor, Migration.First));
    }

    static bool Exists(NpgsqlConnection connection, string schema) =>
        connection.ExecuteScalar<bool>("select exists (select from pg_namespace where nspname = @schema)", new { schema });

    static string CreateOne(string role) => $"""
        do $$
        begin
            create role "{role}" nologin;
        exception when duplicate_object or unique_violation then null;
        end $$
        """;

    static string AllowNothing(string database) => $"""
        revoke all on database "{database}" from public;
        revoke create on schema public from public;
        revoke all on schema platform from public;
        """;

    static string AllowKeyRing(string role, string database) => $"""
        grant connect on database "{database}" to "{role}";
        grant usage on schema platform to "{role}";
        grant select on platform.data_protection_keys to "{role}";
        """;

    static string AllowOwnSchema(string role, string schema) => $"""
        grant usage on schema "{schema}" to "{role}";
        grant select, insert, update, delete on all tables in schema "{schema}" to "{role}";
        grant usage on all sequences in schema "{schema}" to "{role}";
        """;

    static string AllowReading(string role, string schema) => $"""
        grant usage on schema "{schema}" to "{role}";
        grant select on all tables in schema "{schema}" to "{role}";
        """;
}
