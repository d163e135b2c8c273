using Dapper;
using Npgsql;
using Tumpang.AppHost;
using Xunit;

namespace Tumpang.Schemas.Tests;

/// <summary>Design rule 1: one fact, one owner, kept by Postgres. NebengJek's services shared one database and one login.</summary>
[Collection("One at a time on the shared database")]
public sealed class RoleTests(SchemaServers servers)
{
    const string Tables = """
        select   schemaname as schema, schemaname || '.' || tablename as name,
                 (select quote_ident(attname) from pg_attribute
                  where attrelid = (quote_ident(schemaname) || '.' || quote_ident(tablename))::regclass and attnum > 0 and attidentity = '' limit 1) as column
        from     pg_tables
        where    schemaname not in ('pg_catalog', 'information_schema', 'public')
        order by name
        """;

    /// <summary>What a trigger keeps as it is, the partitions of a month included.</summary>
    const string AppendOnly = @"select tgrelid::regclass::text from pg_trigger where tgname like '%\_append\_only'";

    /// <summary>What a role may do to tables as a whole, and whether it may update any column of them.</summary>
    const string RightsOf = """
        select name, array(select verb from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) verb where has_table_privilege(@role, name, verb)) as granted,
               has_any_column_privilege(@role, name, 'update') as somecolumns
        from   unnest(@names) name
        """;

    /// <summary>History: its own service may add to it, and that is all.</summary>
    static readonly string[] WrittenOnce = ["ride.transitions", "ride.ratings", "ride.on_the_way"];

    /// <summary>Rows that come and stay with those of other tables: its own service changes what they do not copy.</summary>
    static readonly string[] BroughtAlong = ["billing.fare_settlements"];

    static readonly string[] Verbs = ["select", "insert", "update", "delete"];

    public static TheoryData<string> Roles => [.. Topology.Roles];

    public static TheoryData<string> Owners => [.. Topology.Services.Where(service => service.Schema is not null).Select(service => service.Name)];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Postgres_refuses_a_role_at_every_other_door(string role)
    {
        var home = role == Topology.Auditor ? null : Topology.Find(role).Schema;
        await using var connection = await servers.LogIn(role);

        var reached = new List<string>();
        foreach (var table in (await AllTables()).Where(table => table.Schema != home))
        {
            foreach (var verb in Verbs.Where(verb => !MayRead(role, table, verb)))
            {
                if (await Try(connection, verb, table) != PostgresErrorCodes.InsufficientPrivilege)
                {
                    reached.Add($"{verb} {table.Name}");
                }
            }
        }

        Assert.Empty(reached);
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public async Task A_service_can_use_every_table_of_its_own_but_not_rewrite_history(string service)
    {
        await using var connection = await servers.LogIn(service);
        var own = (await AllTables()).Where(table => table.Schema == Topology.Find(service).Schema).ToList();
        var appendOnly = await connection.QueryAsync<string>(AppendOnly);

        var refused = new List<string>();
        foreach (var table in own)
        {
            foreach (var verb in Verbs)
            {
                if (await Try(connection, verb, table) == PostgresErrorCodes.InsufficientPrivilege)
                {
                    refused.Add($"{verb} {table.Name}");
                }
            }
        }

        Assert.True(own.Count >= 4);
        Assert.Equal(own.SelectMany(table => Kept(table.Name, appendOnly).Select(verb => $"{verb} {table.Name}")), refused);
    }

    // A trigger says no in the same words as a missing grant: here it is the grants themselves that are read, of months that have just been made too.
    [Theory]
    [InlineData("billing", "select billing.create_ledger_month('2093-05-05Z'), billing.create_fare_month('2093-05-05Z')")]
    [InlineData("user", "select 1")]
    public async Task A_service_has_no_right_to_change_what_it_only_adds_to_also_in_months_made_later(string service, string makeMonths)
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync(makeMonths, transaction: transaction);
        var appendOnly = (await connection.QueryAsync<string>(AppendOnly, transaction: transaction)).ToHashSet();
        var own = (await connection.QueryAsync<Table>(Tables, transaction: transaction)).Where(table => table.Schema == Topology.Find(service).Schema).ToList();
        var rights = (await connection.QueryAsync<Rights>(RightsOf, new { role = $"tumpang_{service}", names = own.Select(table => table.Name).ToArray() }, transaction))
            .ToDictionary(rights => rights.Name);

        Assert.Equal(
            own.SelectMany(table => Kept(table.Name, appendOnly).Select(verb => $"{verb} {table.Name}")),
            own.SelectMany(table => Verbs.Where(verb => !rights[table.Name].Granted.Contains(verb)).Select(verb => $"{verb} {table.Name}")));
        Assert.DoesNotContain(own, table => rights[table.Name].Granted.Contains("truncate"));
        // Nor column by column: what comes along with another table may be changed in what it does not copy, and the rest of history in nothing.
        Assert.Equal(
            own.Select(table => table.Name).Where(BroughtAlong.Contains),
            own.Where(table => rights[table.Name] is { SomeColumns: true } some && !some.Granted.Contains("update")).Select(table => table.Name));
        Assert.Superset(HistoryOf(service), appendOnly);
    }

    /// <summary>What must be among what is only added to, whatever the triggers say.</summary>
    static HashSet<string> HistoryOf(string service) => service == "billing"
        ? ["billing.ledger_entries", "billing.ledger_entries_other", "billing.ledger_entries_2093_05", "billing.ledger_transfers", "billing.ledger_transfers_other",
           "billing.ledger_transfers_2093_05", "billing.ledger_keys", "billing.fares", "billing.fares_other", "billing.fares_2093_05", "billing.credit_uses",
           "billing.subscription_periods", "billing.subscription_coverage"]
        : ["users.audit_entries"];

    /// <summary>What its own service may not do to a table.</summary>
    static IEnumerable<string> Kept(string table, IEnumerable<string> appendOnly) =>
        WrittenOnce.Contains(table) || appendOnly.Contains(table) ? ["update", "delete"] : BroughtAlong.Contains(table) ? ["insert", "update", "delete"] : [];

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Everybody_reads_the_key_ring_and_nobody_adds_to_it(string role)
    {
        await using var connection = await servers.LogIn(role);
        var keyRing = (await AllTables()).Single(table => table.Name == "platform.data_protection_keys");

        Assert.NotEmpty(await connection.QueryAsync<string>("select xml from platform.data_protection_keys"));
        foreach (var verb in Verbs[1..])
        {
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Try(connection, verb, keyRing));
        }
    }

    [Fact]
    public async Task The_auditor_reads_every_service()
    {
        await using var connection = await servers.LogIn(Topology.Auditor);

        foreach (var table in await AllTables())
        {
            Assert.Null(await Try(connection, "select", table));
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task No_role_can_make_anything_or_wait_for_ever(string role)
    {
        await using var connection = await servers.LogIn(role);
        var schema = (role == Topology.Auditor ? null : Topology.Find(role).Schema) ?? "public";

        foreach (var sql in new[]
        {
            $"create table {schema}.mine (id int)", "create schema mine", "create role mine", "create database mine", "create table public.mine (id int)",
            "create temporary table mine (id int)", $"select platform.create_messaging_tables('{schema}')", $"set role postgres",
        })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql));
            Assert.Equal((sql, PostgresErrorCodes.InsufficientPrivilege), (sql, refused.SqlState));
        }

        foreach (var limit in new[] { "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout" })
        {
            Assert.NotEqual("0", await connection.ExecuteScalarAsync<string>($"show {limit}"));
        }
    }

    [Fact]
    public async Task Nobody_else_can_enter_the_database()
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);

        Assert.False(await connection.ExecuteScalarAsync<bool>("select has_database_privilege('public', current_database(), 'connect')"));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>(
            "select count(*) from pg_roles where rolname like 'tumpang\\_%' and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)"));
    }

    [Fact]
    public async Task A_table_that_comes_later_is_open_to_its_service_and_to_the_auditor_only()
    {
        await using var database = await servers.NewDatabase();
        await database.Migrate("up");
        await File.WriteAllTextAsync(database.FileOf(database.NextOf("ride", "later") + ".up.sql"), "create table ride.later (id bigint generated always as identity);", Ct);

        Assert.Equal(0, (await database.Migrate("up")).ExitCode);

        await using var connection = await database.Owner.OpenConnectionAsync(Ct);
        Assert.Equal(["tumpang_auditor SELECT", "tumpang_ride DELETE", "tumpang_ride INSERT", "tumpang_ride SELECT", "tumpang_ride UPDATE"], await connection.QueryAsync<string>("""
            select grantee || ' ' || privilege_type from information_schema.role_table_grants
            where  table_schema = 'ride' and table_name = 'later' and grantee like 'tumpang%' order by 1
            """));
        Assert.False(await connection.ExecuteScalarAsync<bool>("select has_table_privilege('tumpang_ride', 'ride.transitions', 'update')"));
    }

    [Fact]
    public async Task The_ledger_is_written_once_even_for_its_owner()
    {
        await using var billing = await servers.LogIn("billing");
        var transfer = Guid.CreateVersion7();
        await Post(billing, transfer, 500, -500);
        await using var owner = await servers.Owner.OpenConnectionAsync(Ct);

        foreach (var connection in new[] { billing, owner })
        {
            foreach (var sql in new[]
            {
                "update billing.ledger_entries set amount_minor_units = 1 where transfer_id = @transfer", "delete from billing.ledger_entries where transfer_id = @transfer",
                "update billing.ledger_transfers set business_key = 'x' where transfer_id = @transfer", "delete from billing.ledger_transfers where transfer_id = @transfer",
                "truncate billing.ledger_entries", "truncate billing.ledger_entries_other", "delete from billing.ledger_accounts",
                "update billing.ledger_keys set business_key = 'x' where transfer_id = @transfer", "delete from billing.ledger_keys where transfer_id = @transfer",
                "delete from billing.ledger_horizon",
            })
            {
                var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync(sql, new { transfer }));
                Assert.Equal((sql, PostgresErrorCodes.InsufficientPrivilege), (sql, refused.SqlState));
            }
        }
    }

    [Fact]
    public async Task A_transfer_that_does_not_sum_to_zero_cannot_be_committed()
    {
        await using var billing = await servers.LogIn("billing");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => Post(billing, Guid.CreateVersion7(), 500, -499));

        Assert.Equal("ledger_transfers_balance", refused.ConstraintName);
    }

    /// <summary>The auditor reads everything, and everybody the key ring.</summary>
    static bool MayRead(string role, Table table, string verb) =>
        verb == "select" && (role == Topology.Auditor || table.Name == "platform.data_protection_keys");

    /// <summary>Tries it on no row; what Postgres says against it, null for nothing.</summary>
    static async Task<string?> Try(NpgsqlConnection connection, string verb, Table table)
    {
        var sql = verb switch
        {
            "select" => $"select from {table.Name} limit 0",
            "insert" => $"insert into {table.Name} default values",
            "update" => $"update {table.Name} set {table.Column} = {table.Column} where false",
            _ => $"delete from {table.Name} where false",
        };
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        try
        {
            await connection.ExecuteAsync(sql, transaction: transaction);
            return null;
        }
        catch (PostgresException exception)
        {
            return exception.SqlState;
        }
    }

    static async Task Post(NpgsqlConnection billing, Guid transfer, params long[] amounts)
    {
        await using var transaction = await billing.BeginTransactionAsync(Ct);
        await billing.ExecuteAsync(
            """
            with key as (
                insert into billing.ledger_keys (business_key, transfer_id, occurred_at) values (@transfer::text, @transfer, now())
            ), transfer as (
                insert into billing.ledger_transfers (transfer_id, business_key, kind, ride_id, occurred_at) values (@transfer, @transfer::text, 'Fare', @transfer, now())
            ), account as (
                insert into billing.ledger_accounts (kind, party_id, currency, shard, balance_minor_units)
                select 'DriverPayable', gen_random_uuid(), 'USD', 0, amount from unnest(@amounts) as amount
                returning account_id, balance_minor_units
            )
            insert into billing.ledger_entries (transfer_id, account_id, currency, amount_minor_units, occurred_at)
            select @transfer, account_id, 'USD', balance_minor_units, now() from account
            """, new { transfer, amounts }, transaction);
        await transaction.CommitAsync(Ct);
    }

    async Task<IReadOnlyList<Table>> AllTables()
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        return [.. await connection.QueryAsync<Table>(Tables)];
    }

    sealed record Table(string Schema, string Name, string Column);

    sealed record Rights
    {
        public string Name { get; init; } = "";
        public string[] Granted { get; init; } = [];
        public bool SomeColumns { get; init; }
    }
}
