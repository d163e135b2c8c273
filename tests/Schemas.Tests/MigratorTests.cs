using Tumpang.Runner.Processes;
using Xunit;

namespace Tumpang.Schemas.Tests;

public sealed class MigratorTests(MigratedDatabase database)
{
    const string Tables = "select count(*) from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'public')";
    const string Applied = "select count(*) from platform.migrations";

    [Fact]
    public async Task Every_step_has_a_way_back_and_forth_again()
    {
        var empty = await database.Create();
        await empty.Migrate();
        var (tables, steps) = ((await empty.List<long>(Tables))[0], (await empty.List<long>(Applied))[0]);

        await empty.Migrate("down", $"{steps}");
        var left = await empty.List<string>("select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')");
        await empty.Migrate("up");

        Assert.Equal(["platform.migrations"], left);
        Assert.Equal((tables, steps), ((await empty.List<long>(Tables))[0], (await empty.List<long>(Applied))[0]));
    }

    [Fact]
    public async Task Migrators_that_start_together_apply_each_step_once_and_make_one_key()
    {
        var empty = await database.Create();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => empty.Migrate()));

        Assert.Equal(1, (await empty.List<long>("select count(*) from platform.data_protection_keys"))[0]);
        Assert.DoesNotContain("missing", await empty.Migrate("status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_was_edited_after_it_was_applied_stops_everything()
    {
        var empty = await database.Create();
        await empty.Migrate();
        await empty.List<int>("update platform.migrations set checksum = 'of another text' where schema = 'users' returning 1");

        var refusal = await Assert.ThrowsAsync<FleetException>(() => empty.Migrate("up"));

        Assert.Contains("was edited after it was applied", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_is_not_on_disk_stops_everything()
    {
        var empty = await database.Create();
        await empty.Migrate();
        await empty.List<int>("insert into platform.migrations (schema, number, name, checksum) values ('users', 9999, 'from_the_future', 'x') returning 1");

        var refusal = await Assert.ThrowsAsync<FleetException>(() => empty.Migrate("up"));

        Assert.Contains("users/9999_from_the_future was applied to this database but is not on disk", refusal.Message, StringComparison.Ordinal);
    }

    // NebengJek 36: timestamps without a zone.
    [Fact]
    public async Task Every_instant_in_every_schema_has_its_zone() => Assert.Empty(await database.List<string>("""
        select table_schema || '.' || table_name || '.' || column_name
        from   information_schema.columns
        where  table_schema not in ('pg_catalog', 'information_schema', 'public')
        and    (data_type like '%without time zone' or (column_name like '%\_at' and data_type <> 'timestamp with time zone'))
        """));

    // NebengJek 21, anchors 2.3 item 8: money in floating point.
    [Fact]
    public async Task Money_is_whole_minor_units() => Assert.Empty(await database.List<string>("""
        select table_schema || '.' || table_name || '.' || column_name
        from   information_schema.columns
        where  table_schema not in ('pg_catalog', 'information_schema', 'public')
        and    (data_type = 'money' or (column_name like '%minor\_units%' and data_type <> 'bigint'))
        """));
}
