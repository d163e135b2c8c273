using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tumpang.AppHost;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>RabbitMQ 3.10, one node, with its own Erlang port mapper and cookie.</summary>
public sealed class RabbitServer : Server
{
    const string Programs = "/usr/lib/rabbitmq/bin";
    const string User = "tumpang";

    static readonly byte[] Greeting = [.. "AMQP"u8, 0, 0, 9, 1];

    readonly ServerFiles files;
    readonly string password;
    readonly StoreOptions options;
    readonly ProcessRegistry registry;

    internal RabbitServer(StoreOptions options, ServerFiles files, Secrets secrets, string logFile, ProcessRegistry registry)
        : base("rabbitmq", options.PortBase + Ports.RabbitMq, logFile, registry)
    {
        this.files = files;
        this.options = options;
        this.registry = registry;
        password = secrets[Contract.PasswordOf(Topology.NameOf(Store.RabbitMq))];
    }

    /// <summary>amqp://user:password@host:port of the default virtual host.</summary>
    public string ConnectionString => $"amqp://{User}:{password}@127.0.0.1:{Port}";

    /// <summary>Stops it and lets it forget everything: queues, messages, bindings. For drills.</summary>
    public async Task Wipe(CancellationToken ct)
    {
        await Stop();
        var home = await files.DirectoryOf("rabbitmq", ServerFiles.AccountFor("rabbitmq"), ct);
        Directory.Delete(Path.Combine(home, "mnesia"), recursive: true);
    }

    string NodeName => $"tumpang{Port}@localhost";

    private protected override async Task<Launch> Prepare(CancellationToken ct)
    {
        var account = ServerFiles.AccountFor("rabbitmq");
        var home = await files.DirectoryOf("rabbitmq", account, ct);
        if (registry.Find("epmd") is null)
        {
            await new ErlangPortMapper(options.PortBase + Ports.ErlangPortMapper, home, LogFile, registry).Start(ct);
        }

        WriteCookie(home);
        PrivateFile.Write(Path.Combine(home, "rabbitmq.conf"), Settings(home));
        PrivateFile.Write(Path.Combine(home, "definitions.json"), Definitions);
        PrivateFile.Write(Path.Combine(home, "enabled_plugins"), "[].");
        await ServerFiles.GiveTo(account, home, ct);
        return new($"{Programs}/rabbitmq-server") { LogFile = LogFile, Account = account, Directory = home, Environment = Variables(home) };
    }

    /// <summary>The broker greets whoever speaks its protocol once its listeners are up, which is the last step of its start.</summary>
    private protected override async Task<bool> Answers(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, ct);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Greeting, ct);
            return await stream.ReadAsync(new byte[8], ct) == 8;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }

    Dictionary<string, string> Variables(string home) => new()
    {
        ["HOME"] = home,
        ["RABBITMQ_NODENAME"] = NodeName,
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{Port}",
        ["RABBITMQ_DIST_PORT"] = $"{options.PortBase + Ports.RabbitMqDistribution}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(home, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(home, "log"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(home, "enabled_plugins"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(home, "rabbitmq.conf"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_LOGS"] = "-",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_EPMD_PORT"] = $"{options.PortBase + Ports.ErlangPortMapper}",
        // Few scheduler threads, not tied to cores and not spinning: other servers live on the same cores.
        ["RABBITMQ_SCHEDULER_BIND_TYPE"] = "u",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = $"+S {Schedulers}:{Schedulers} +SDio 8 +sbwt none +sbwtdcpu none +sbwtdio none",
        // Makes the start script become the broker instead of watching over it, so that the pid is the broker's.
        ["detached"] = "yes",
    };

    static int Schedulers => Math.Clamp(Environment.ProcessorCount, 1, 4);

    static string Settings(string home) => $"""
        load_definitions = {Path.Combine(home, "definitions.json")}
        log.console = true
        log.console.level = info
        vm_memory_high_watermark.absolute = 1GB
        disk_free_limit.absolute = 200MB
        heartbeat = 30
        # Quorum queues keep this much of their log in memory before it is written out; the default of 512 MB is for big machines.
        raft.wal_max_size_bytes = 67108864
        raft.segment_max_entries = 32768
        """;

    string Definitions => JsonSerializer.Serialize(new
    {
        rabbit_version = "3.10.0",
        users = new[] { new { name = User, password_hash = PasswordHash, hashing_algorithm = "rabbit_password_hashing_sha256", tags = "administrator" } },
        vhosts = VirtualHosts.Select(name => new { name }),
        permissions = VirtualHosts.Select(vhost => new { user = User, vhost, configure = ".*", write = ".*", read = ".*" }),
    });

    IEnumerable<string> VirtualHosts => ["/", .. options.VirtualHosts];

    /// <summary>The broker's own format: a salt of four bytes, then SHA-256 of salt and password.</summary>
    string PasswordHash
    {
        get
        {
            byte[] salt = [.. SHA256.HashData(Encoding.UTF8.GetBytes(NodeName))[..4]];
            return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
        }
    }

    static void WriteCookie(string home)
    {
        var cookie = Path.Combine(home, ".erlang.cookie");
        if (!File.Exists(cookie))
        {
            PrivateFile.Write(cookie, RandomNumberGenerator.GetHexString(40));
            File.SetUnixFileMode(cookie, UnixFileMode.UserRead);
        }
    }
}
