using Dapper;
using Xunit;

namespace Tumpang.Schemas.Tests;

public sealed class MigratorTests(SchemaServers servers) : IAsyncLifetime
{
    const string Rides = "ride/0001_rides.up.sql";

    /// <summary>Everything that makes a table what it is, without the names that Postgres invents.</summary>
    const string Shape = """
        select table_schema || '.' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as part
        from   information_schema.columns where table_schema not in ('pg_catalog', 'information_schema', 'public')
        union all
        select indexdef from pg_indexes where schemaname not in ('pg_catalog', 'public')
        union all
        select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'public')
        union all
        select relname || ' ' || relacl::text from pg_class where relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'public') and relacl is not null
        order  by part
        """;

    const string Applied = "select schema || '/' || lpad(number::text, 4, '0') || '_' || name from platform.migrations order by id";

    EmptyDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await servers.NewDatabase();

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Every_step_has_a_way_back_and_forth_again()
    {
        Assert.Equal(0, (await database.Migrate("up")).ExitCode);
        var (first, steps) = (await Read(Shape), await Count("select count(*) from platform.migrations"));

        var down = await database.Migrate("down", $"{steps}");
        Assert.Equal((0, ""), (down.ExitCode, down.Error));
        Assert.Equal(["platform.migrations"], await Read(
            "select schemaname || '.' || tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'public')"));
        Assert.Equal(0, await Count("select count(*) from pg_proc where pronamespace::regnamespace::text in ('platform', 'users', 'location', 'match', 'ride', 'billing', 'payment', 'sandbox')"));

        var up = await database.Migrate("up");
        Assert.Equal((0, ""), (up.ExitCode, up.Error));
        Assert.Equal(first, await Read(Shape));
    }

    [Fact]
    public async Task One_step_down_undoes_the_newest_only()
    {
        await database.Migrate();
        var before = await Read(Applied);

        var down = await database.Migrate("down", "1");

        Assert.Equal(0, down.ExitCode);
        Assert.Contains($"undid {before[^1]}", down.Output, StringComparison.Ordinal);
        Assert.Equal(before[..^1], await Read(Applied));
    }

    [Fact]
    public async Task Migrators_that_start_together_apply_each_step_once_and_make_one_key()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.Migrate("up")));

        Assert.All(outcomes, outcome => Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error)));
        Assert.Single(outcomes, outcome => outcome.Output.Contains("applied platform/0001", StringComparison.Ordinal));
        Assert.Equal(1, await Count("select count(*) from platform.data_protection_keys where friendly_name like 'key-%'"));
        Assert.Equal(await Count("select count(*) from platform.migrations"), outcomes.Sum(outcome => outcome.Output.Split("applied ").Length - 1));
    }

    [Fact]
    public async Task Migrators_of_different_databases_of_one_server_do_not_disturb_each_other()
    {
        await using var second = await servers.NewDatabase();
        await using var third = await servers.NewDatabase();

        var outcomes = await Task.WhenAll(new[] { database, second, third }.Select(each => each.Migrate("up")));

        Assert.All(outcomes, outcome => Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error)));
    }

    [Fact]
    public async Task A_step_that_was_edited_after_it_was_applied_stops_everything()
    {
        await database.Migrate("up");
        await File.AppendAllTextAsync(database.FileOf(Rides), "-- and one more thing\n", TestContext.Current.CancellationToken);

        foreach (var arguments in new string[][] { ["up"], ["down", "1"], ["status"] })
        {
            var refused = await database.Migrate(arguments);
            Assert.Equal(1, refused.ExitCode);
            Assert.Contains("ride/0001_rides was edited after it was applied", refused.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_with_other_line_ends_is_still_the_same_file()
    {
        await database.Migrate("up");
        var text = await File.ReadAllTextAsync(database.FileOf(Rides), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(database.FileOf(Rides), text.ReplaceLineEndings("\r\n"), TestContext.Current.CancellationToken);

        Assert.Equal(0, (await database.Migrate("up")).ExitCode);
    }

    [Fact]
    public async Task A_step_that_is_not_on_disk_stops_everything()
    {
        var last = database.NextOf("ride", "last");
        await File.WriteAllTextAsync(database.FileOf(last + ".up.sql"), "select 1;", TestContext.Current.CancellationToken);
        await database.Migrate("up");
        File.Delete(database.FileOf(last + ".up.sql"));

        var refused = await database.Migrate("up");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"{last} was applied to this database but is not on disk", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gap_in_the_numbers_is_refused_before_anything_is_changed()
    {
        var (next, tooFar) = (database.NextOf("ride", "next"), database.NextOf("ride", "too_far", gap: 1));
        await File.WriteAllTextAsync(database.FileOf(tooFar + ".up.sql"), "select 1;", TestContext.Current.CancellationToken);

        var refused = await database.Migrate("up");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"{tooFar} should have the number {next[5..9]}", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, await Count("select count(*) from pg_namespace where nspname = 'platform'"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_of_itself_and_keeps_those_before_it()
    {
        var broken = database.NextOf("ride", "broken");
        await File.WriteAllTextAsync(
            database.FileOf(broken + ".up.sql"), "create table ride.half (id int);\nselect no_such_column from ride.rides;", TestContext.Current.CancellationToken);

        var failed = await database.Migrate("up");

        Assert.Equal(1, failed.ExitCode);
        Assert.Contains($"{broken}: column \"no_such_column\" does not exist", failed.Error, StringComparison.Ordinal);
        Assert.Equal(0, await Count("select count(*) from pg_tables where schemaname = 'ride' and tablename = 'half'"));
        Assert.Equal(int.Parse(broken[5..9]) - 1, await Count("select count(*) from platform.migrations where schema = 'ride'"));
    }

    [Fact]
    public async Task The_status_tells_what_is_applied_and_what_is_missing()
    {
        await database.Migrate("up");
        var later = database.NextOf("ride", "later");
        await File.WriteAllTextAsync(database.FileOf(later + ".up.sql"), "select 1;", TestContext.Current.CancellationToken);

        var status = await database.Migrate("status");

        var lines = status.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("applied  platform/0001_platform", lines[0]);
        Assert.Contains("applied  ride/0001_rides", lines);
        Assert.Equal([$"missing  {later}"], lines.Where(line => line.StartsWith("missing", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("sideways")]
    [InlineData("down")]
    [InlineData("down", "none")]
    [InlineData("down", "0")]
    public async Task What_it_does_not_understand_it_answers_with_its_usage(params string[] arguments)
    {
        var refused = await database.Migrate(arguments);

        Assert.Equal((1, "Usage: migrator [up] | down <count> | status"), (refused.ExitCode, refused.Error.Trim()));
    }

    async Task<string[]> Read(string sql)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return [.. await connection.QueryAsync<string>(sql)];
    }

    async Task<long> Count(string sql)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}
