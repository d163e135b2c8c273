using Dapper;
using Npgsql;

namespace Tumpang.Migrator;

/// <summary>Applies what is missing, each step and its record in one transaction, and refuses a history that it does not recognise.</summary>
sealed class SchemaHistory(NpgsqlConnection connection, IReadOnlyList<Migration> migrations, TextWriter output)
{
    /// <summary>Any number, but always the same: two migrators of one database wait for each other.</summary>
    const long LockKey = 7_486_967_001;

    const string CreateHistory = """
        create schema if not exists platform;
        create table if not exists platform.migrations (
            id         bigint      generated always as identity primary key,
            schema     text        not null,
            number     int         not null,
            name       text        not null,
            checksum   text        not null,
            applied_at timestamptz not null default now(),
            unique (schema, number)
        );
        """;

    const string ReadHistory = "select id, schema, number, name, checksum from platform.migrations order by id";
    const string Record = "insert into platform.migrations (schema, number, name, checksum) values (@Schema, @Number, @Name, @Checksum)";
    const string Forget = "delete from platform.migrations where schema = @Schema and number = @Number";

    /// <summary>Held until the connection closes.</summary>
    public Task Lock() => connection.ExecuteAsync("select pg_advisory_lock(@LockKey)", new { LockKey });

    public async Task Up()
    {
        var applied = await Applied();
        foreach (var migration in migrations.Where(migration => !applied.Contains(migration)))
        {
            await Run($"create schema if not exists \"{migration.Schema}\";\n{migration.Up}", Record, migration);
            await output.WriteLineAsync($"applied {migration}");
        }

        await output.WriteLineAsync($"{migrations.Count} migrations in place");
    }

    /// <summary>Undoes the last steps, newest first.</summary>
    public async Task Down(int count)
    {
        var applied = await Applied();
        foreach (var migration in applied.Reverse().Take(count))
        {
            await Run(migration.Down ?? throw new MigrationException($"{migration} has no way back."), Forget, migration);
            await output.WriteLineAsync($"undid {migration}");
        }
    }

    public async Task Status()
    {
        var applied = await Applied();
        foreach (var migration in migrations)
        {
            await output.WriteLineAsync($"{(applied.Contains(migration) ? "applied" : "missing")}  {migration}");
        }
    }

    /// <summary>The steps that this database has, oldest first. A step that is gone from disk, or was edited since, is not one of ours.</summary>
    async Task<IReadOnlyList<Migration>> Applied()
    {
        await connection.ExecuteAsync(CreateHistory);
        var history = await connection.QueryAsync<Row>(ReadHistory);
        return [.. history.Select(row => migrations.FirstOrDefault(migration => (migration.Schema, migration.Number) == (row.Schema, row.Number)) switch
        {
            null => throw new MigrationException($"{row.Schema}/{row.Number:0000}_{row.Name} was applied to this database but is not on disk."),
            var migration when migration.Checksum != row.Checksum => throw new MigrationException($"{migration} was edited after it was applied. Put it back, and write a new migration."),
            var migration => migration,
        })];
    }

    async Task Run(string sql, string note, Migration migration)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        try
        {
            await using (var command = new NpgsqlCommand(sql, connection, transaction))
            {
                await command.ExecuteNonQueryAsync();
            }

            await connection.ExecuteAsync(note, new { migration.Schema, migration.Number, migration.Name, migration.Checksum }, transaction);
            await transaction.CommitAsync();
        }
        catch (PostgresException exception)
        {
            throw new MigrationException($"{migration}: {exception.MessageText} {exception.Hint}{(exception.Position > 0 ? $" at: {Near(sql, exception.Position)}" : "")}");
        }
    }

    static string Near(string sql, int position) => sql[(position - 1)..Math.Min(sql.Length, position + 60)].ReplaceLineEndings(" ");

    sealed record Row(long Id, string Schema, int Number, string Name, string Checksum);
}
