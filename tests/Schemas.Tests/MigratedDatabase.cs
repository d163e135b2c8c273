using Dapper;
using Npgsql;
using Tumpang.AppHost;
using Tumpang.Runner.Processes;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Schemas.Tests.MigratedDatabase))]

namespace Tumpang.Schemas.Tests;

/// <summary>A migrated database, and more of them to break.</summary>
public sealed class MigratedDatabase : IAsyncLifetime
{
    TestServers servers = null!;
    int databases;

    internal NpgsqlDataSource Owner => servers.Owner;

    public async ValueTask InitializeAsync() => servers = await TestServers.Start("Schemas.Tests");

    public ValueTask DisposeAsync() => servers.DisposeAsync();

    internal async Task<IReadOnlyList<T>> List<T>(string sql, object? parameters = null)
    {
        await using var connection = await Owner.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    /// <summary>The SQL state with which Postgres refuses a statement of a role; null when it does not.</summary>
    internal async Task<string?> Refusal(string role, string sql)
    {
        await using var connection = new NpgsqlConnection(servers.Addresses.Of(Store.Postgres, role, servers.Secrets) + ";Pooling=false");
        await connection.OpenAsync();
        return (await Record.ExceptionAsync(() => connection.ExecuteAsync(sql)) as PostgresException)?.SqlState;
    }

    internal async Task<EmptyDatabase> Create()
    {
        var name = $"empty_{Interlocked.Increment(ref databases)}_{Guid.NewGuid():N}";
        await using var connection = await Owner.OpenConnectionAsync();
        await connection.ExecuteAsync($"create database {name}");
        return new(servers, servers.Addresses.WithDatabase(name).Postgres);
    }
}

/// <summary>A database for one test, and the migrator as a person would run it.</summary>
sealed class EmptyDatabase(TestServers servers, string postgres)
{
    public async Task<string> Migrate(params string[] arguments) => await Tool.Run(
        "dotnet", [servers.Repository.BuiltProgramOf(Topology.MigratorProject), .. arguments], new Dictionary<string, string> { ["ConnectionStrings__postgres"] = postgres });

    public async Task<IReadOnlyList<T>> List<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres + ";Pooling=false");
        return (await connection.QueryAsync<T>(sql)).AsList();
    }
}
