using System.Diagnostics;
using Npgsql;
using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Servers;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Schemas.Tests.SchemaServers))]

namespace Tumpang.Schemas.Tests;

/// <summary>A Postgres server with one migrated database, and new empty ones for whoever migrates for himself.</summary>
public sealed class SchemaServers : IAsyncLifetime
{
    TestServers servers = null!;

    /// <summary>The migrated database as its owner.</summary>
    public NpgsqlDataSource Owner => servers.Owner;

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Schemas.Tests");
        // A clone has the tables and their grants; who may connect belongs to the database itself.
        await Fleet.Migrate(servers.Repository, servers.Addresses, servers.Secrets, Path.Combine(servers.Repository.StateDirectory, "schemas-tests"));
    }

    public ValueTask DisposeAsync() => servers.DisposeAsync();

    /// <summary>The migrated database as a service, or the auditor, sees it.</summary>
    public async Task<NpgsqlConnection> LogIn(string role)
    {
        var connection = new NpgsqlConnection(servers.Addresses.Of(Store.Postgres, role, servers.Secrets) + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>A database with nothing in it.</summary>
    internal async Task<EmptyDatabase> NewDatabase()
    {
        var name = $"schemas_{Guid.NewGuid():N}";
        await using var command = Owner.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new(servers.Addresses.WithDatabase(name), servers.Secrets, Path.GetDirectoryName(servers.Repository.BuiltProgramOf(Topology.MigratorProject))!);
    }
}

/// <summary>What a migrator said, and how it ended.</summary>
sealed record Outcome(int ExitCode, string Output, string Error);

/// <summary>A database, and a copy of the migrator with its SQL files, to be edited.</summary>
sealed class EmptyDatabase : IAsyncDisposable
{
    readonly StoreAddresses addresses;
    readonly Secrets secrets;
    readonly string migrator = Directory.CreateTempSubdirectory("tumpang-migrator-").FullName;

    public EmptyDatabase(StoreAddresses addresses, Secrets secrets, string built)
    {
        (this.addresses, this.secrets) = (addresses, secrets);
        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(migrator, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Owner = NpgsqlDataSource.Create(addresses.Postgres + ";Pooling=false");
    }

    /// <summary>The database as its owner.</summary>
    public NpgsqlDataSource Owner { get; }

    /// <summary>Path of a file of this copy, for example ride/0001_rides.up.sql.</summary>
    public string FileOf(string migration) => Path.Combine(migrator, "sql", migration);

    /// <summary>How a further step of a schema is named, for example ride/0004_later, with or without a gap before it.</summary>
    public string NextOf(string schema, string name, int gap = 0) =>
        $"{schema}/{Directory.GetFiles(FileOf(schema), "*.up.sql").Length + 1 + gap:0000}_{name}";

    /// <summary>Runs this copy of the migrator.</summary>
    public async Task<Outcome> Migrate(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(migrator, "Tumpang.Migrator.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in ProcessEnvironment.OfMigrator(addresses, secrets))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        return new(process.ExitCode, await output, await error);
    }

    public async ValueTask DisposeAsync()
    {
        await Owner.DisposeAsync();
        Directory.Delete(migrator, recursive: true);
        var server = new NpgsqlConnectionStringBuilder(addresses.Postgres);
        var name = server.Database;
        server.Database = Topology.Database;
        await using var connection = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var command = connection.CreateCommand($"drop database {name} with (force)");
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
