using System.Diagnostics;
using Npgsql;
using Tumpang.AppHost;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>Postgres 15 with PostGIS: durable, and tuned for many small transactions on few cores.</summary>
public sealed class PostgresServer : Server
{
    internal const string Programs = "/usr/lib/postgresql/15/bin";
    const string Owner = "postgres";

    /// <summary>Which line of postmaster.pid names the shared memory, from 0: its key and its id.</summary>
    const int SharedMemoryLine = 6;

    static readonly TimeSpan OrphanPatience = TimeSpan.FromSeconds(60);

    readonly ServerFiles files;
    readonly string password;
    readonly int maxConnections;

    internal PostgresServer(StoreOptions options, ServerFiles files, Secrets secrets, string logFile, ProcessRegistry registry)
        : base("postgres", options.PortBase + Ports.Postgres, logFile, registry)
    {
        this.files = files;
        password = secrets[Contract.PasswordOf(Topology.NameOf(Store.Postgres))];
        maxConnections = options.MaxConnections;
    }

    private protected override Signal StopSignal => Signal.Interrupt;

    /// <summary>The owner's connection string for a database.</summary>
    public string ConnectionString(string database = Topology.Database) =>
        $"Host=127.0.0.1;Port={Port};Username={Owner};Password={password};Database={database}";

    /// <summary>Creates the database when it does not exist.</summary>
    public async Task CreateDatabase(string name, CancellationToken ct)
    {
        await using var postgres = NpgsqlDataSource.Create(ConnectionString(Owner) + ";Pooling=false");
        await using var find = postgres.CreateCommand("select 1 from pg_database where datname = $1");
        find.Parameters.AddWithValue(name);
        if (await find.ExecuteScalarAsync(ct) is null)
        {
            await using var create = postgres.CreateCommand($"create database \"{name}\"");
            await create.ExecuteNonQueryAsync(ct);
        }
    }

    private protected override async Task<Launch> Prepare(CancellationToken ct)
    {
        var account = ServerFiles.AccountFor("postgres");
        var data = Path.Combine(files.PathOf("postgres"), "data");
        // First of all: they also remove files under the hands of whoever goes through them.
        await WaitForOrphans(data, ct);
        var home = await files.DirectoryOf("postgres", account, ct);
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            await CreateCluster(home, data, account, ct);
        }

        await File.WriteAllTextAsync(Path.Combine(data, "postgresql.conf"), Settings, ct);
        await ServerFiles.GiveTo(account, Path.Combine(data, "postgresql.conf"), ct);
        return new($"{Programs}/postgres", "-D", data) { LogFile = LogFile, Account = account, Directory = home };
    }

    /// <summary>Children of a server that was killed hold its shared memory until they notice; while they do, a new one refuses to start.</summary>
    static async Task WaitForOrphans(string data, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < OrphanPatience && SharedMemoryOf(data) is { } segment && IsAttached(segment))
        {
            await Task.Delay(50, ct);
        }
    }

    static string? SharedMemoryOf(string data) => Path.Combine(data, "postmaster.pid") is var record && File.Exists(record)
        ? File.ReadLines(record).ElementAtOrDefault(SharedMemoryLine)?.Split(' ', StringSplitOptions.RemoveEmptyEntries).LastOrDefault()
        : null;

    /// <summary>The kernel lists key, id, permissions, size, two pids and how many are attached.</summary>
    static bool IsAttached(string segment) => File.ReadLines("/proc/sysvipc/shm")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Any(fields => fields[1] == segment && fields[6] != "0");

    private protected override async Task<bool> Answers(CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString(Owner) + ";Pooling=false;Timeout=5");
            await connection.OpenAsync(ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    async Task CreateCluster(string home, string data, Account? account, CancellationToken ct)
    {
        var passwordFile = Path.Combine(home, "owner-password");
        PrivateFile.Write(passwordFile, password);
        await ServerFiles.GiveTo(account, passwordFile, ct);
        string[] line =
        [
            .. account?.Prefix ?? [], $"{Programs}/initdb", "-D", data, "-U", Owner, $"--pwfile={passwordFile}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ];
        await Tool.Run(line[0], line[1..], ct: ct);
        File.Delete(passwordFile);
    }

    /// <summary>Durability is never traded (fsync, synchronous_commit). Memory is: the whole fleet should fit a laptop.</summary>
    string Settings => $"""
        listen_addresses = '127.0.0.1'
        port = {Port}
        unix_socket_directories = ''
        max_connections = {maxConnections}
        password_encryption = scram-sha-256
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_min_duration_statement = 1000
        log_lock_waits = on

        fsync = on
        synchronous_commit = on
        full_page_writes = on

        shared_buffers = 192MB
        effective_cache_size = 1GB
        work_mem = 8MB
        maintenance_work_mem = 64MB
        wal_buffers = 16MB
        wal_compression = lz4
        min_wal_size = 256MB
        max_wal_size = 2GB
        checkpoint_timeout = 15min
        wal_level = minimal
        max_wal_senders = 0
        archive_mode = off

        # Short statements on few cores: planning tricks for long ones only cost.
        jit = off
        max_parallel_workers_per_gather = 0
        random_page_cost = 1.1
        # Outboxes and queues turn over quickly.
        autovacuum_naptime = 15s
        autovacuum_vacuum_cost_limit = 1000
        """;
}
