using System.Net.Sockets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>Erlang's port mapper, without which no broker starts. Ours alone, so that it can end with the broker instead of outliving it.</summary>
sealed class ErlangPortMapper(int port, string directory, string logFile, ProcessRegistry registry) : Server("epmd", port, logFile, registry)
{
    private protected override Task<Launch> Prepare(CancellationToken ct) =>
        Task.FromResult(new Launch("epmd", "-port", $"{Port}", "-address", "127.0.0.1")
        {
            LogFile = LogFile,
            Account = ServerFiles.AccountFor("rabbitmq"),
            Directory = directory,
        });

    private protected override async Task<bool> Answers(CancellationToken ct)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
