using System.Net.Sockets;
using System.Text;
using Tumpang.AppHost;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>Redis 7 without persistence: it holds what may be lost.</summary>
public sealed class RedisServer : Server
{
    readonly string directory;
    readonly string password;

    /// <summary>A server with its configuration in <paramref name="directory"/>. Tests that flush or stop Redis run one of their own.</summary>
    public RedisServer(string directory, int port, string password, string logFile, ProcessRegistry registry)
        : base("redis", port, logFile, registry)
    {
        this.directory = directory;
        this.password = password;
    }

    /// <summary>host:port,password=….</summary>
    public string ConnectionString => $"127.0.0.1:{Port},password={password}";

    private protected override Task<Launch> Prepare(CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        var settings = Path.Combine(directory, "redis.conf");
        // In a file, because other users of the machine can read command lines.
        PrivateFile.Write(settings, $"""
            bind 127.0.0.1
            port {Port}
            dir "{directory}"
            requirepass {password}
            save ""
            appendonly no
            maxmemory 1gb
            maxmemory-policy volatile-ttl
            """);
        return Task.FromResult(new Launch("redis-server", settings) { LogFile = LogFile, Directory = directory });
    }

    private protected override async Task<bool> Answers(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, ct);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"AUTH {password}\r\nPING\r\n"), ct);
            var answer = new byte["+OK\r\n+PONG\r\n".Length];
            await stream.ReadExactlyAsync(answer, ct);
            return Encoding.ASCII.GetString(answer).EndsWith("+PONG\r\n", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
