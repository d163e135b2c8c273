using Tumpang.AppHost;
using Xunit;

namespace Tumpang.Schemas.Tests;

/// <summary>Design rule 1: one fact, one owner, kept by Postgres. NebengJek's services shared one database and one login.</summary>
public sealed class RoleTests(MigratedDatabase database)
{
    const string InsufficientPrivilege = "42501";

    const string Granted = """
        select t.schemaname || '.' || t.tablename
        from   pg_tables t, unnest(string_to_array(@Privileges, ',')) privilege
        where  t.schemaname not in ('pg_catalog', 'information_schema', 'public')
        and    has_table_privilege(@Role, format('%I.%I', t.schemaname, t.tablename), privilege)
        """;

    public static TheoryData<string> Services => [.. Topology.Services.Select(service => service.Name)];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task A_service_uses_its_own_schema_reads_the_key_ring_and_can_do_nothing_else(string name)
    {
        var service = Topology.Find(name);

        var readable = await Tables(service.Role, "select");
        var writable = await Tables(service.Role, "insert,update,delete,truncate,references,trigger");

        Assert.Contains("platform.data_protection_keys", readable);
        Assert.All(readable.Except(["platform.data_protection_keys"]), table => Assert.StartsWith($"{service.Schema}.", table, StringComparison.Ordinal));
        Assert.All(writable, table => Assert.StartsWith($"{service.Schema}.", table, StringComparison.Ordinal));
        Assert.Equal(service.Schema is not null, writable.Contains($"{service.Schema}.outbox"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Postgres_refuses_a_service_at_every_other_door(string name)
    {
        var service = Topology.Find(name);
        foreach (var other in Topology.Services.Where(other => other.Schema is not null && other != service))
        {
            Assert.Equal(InsufficientPrivilege, await database.Refusal(name, $"select * from {other.Schema}.outbox"));
            Assert.Equal(InsufficientPrivilege, await database.Refusal(name, $"create table {other.Schema}.mine (id int)"));
        }

        Assert.Null(await database.Refusal(name, "select xml from platform.data_protection_keys"));
        Assert.Equal(InsufficientPrivilege, await database.Refusal(name, "insert into platform.data_protection_keys (friendly_name, xml) values ('mine', '<key/>')"));
        Assert.Equal(InsufficientPrivilege, await database.Refusal(name, "update platform.migrations set checksum = ''"));
        Assert.Equal(InsufficientPrivilege, await database.Refusal(name, "create table public.mine (id int)"));
        Assert.Equal(InsufficientPrivilege, await database.Refusal(name, "create role mine superuser"));
    }

    [Fact]
    public async Task The_auditor_reads_every_service_and_writes_nothing()
    {
        var (role, schemas) = (Topology.RolePrefix + Topology.Auditor, Topology.Services.Select(service => service.Schema).OfType<string>().ToList());

        var readable = await Tables(role, "select");

        Assert.All(schemas, schema => Assert.Contains($"{schema}.outbox", readable));
        Assert.Empty(await Tables(role, "insert,update,delete,truncate"));
        Assert.Equal(InsufficientPrivilege, await database.Refusal(Topology.Auditor, "delete from ride.outbox"));
    }

    Task<IReadOnlyList<string>> Tables(string role, string privileges) => database.List<string>(Granted, new { Role = role, Privileges = privileges });
}
