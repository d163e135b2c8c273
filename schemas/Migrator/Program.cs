using Microsoft.Extensions.Configuration;
using Npgsql;
using Tumpang.Migrator;

// migrator [up] | down <count> | status
var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
try
{
    var postgres = settings.GetConnectionString("postgres") ?? throw new MigrationException("ConnectionStrings__postgres is not set.");
    // Whoever starts a fleet starts much at once: a server that is slow to let us in is worth waiting for.
    await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres) { Pooling = false, Timeout = 300, CommandTimeout = 0 }.ConnectionString);
    await connection.OpenAsync();
    var history = new SchemaHistory(connection, Migration.ReadAll(Path.Combine(AppContext.BaseDirectory, "sql")), Console.Out);
    await history.Lock();
    switch (args)
    {
        case [] or ["up"]:
            await Roles.Create(connection, settings);
            await Roles.PrepareSchemas(connection);
            await history.Up();
            await Roles.Grant(connection);
            await KeyRing.Renew(connection);
            return 0;
        case ["down", var count] when int.TryParse(count, out var steps) && steps > 0:
            await history.Down(steps);
            return 0;
        case ["status"]:
            await history.Status();
            return 0;
        default:
            throw new MigrationException("Usage: migrator [up] | down <count> | status");
    }
}
catch (Exception exception) when (exception is MigrationException or NpgsqlException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
