using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Tumpang.Realtime.Tests;

/// <summary>A phone whose system still holds the connection while the app is frozen: it answers no ping, and reads only what it is told to.</summary>
public sealed class RawPhone : IDisposable
{
    readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        // A small window, so that little can be on its way to somebody who does not read.
        ReceiveBufferSize = 8_192,
    };

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RawPhone> Open(Uri copy, string token)
    {
        var phone = new RawPhone();
        await phone.socket.ConnectAsync(IPAddress.Loopback, copy.Port, Ct);
        var key = Convert.ToBase64String(Guid.NewGuid().ToByteArray());
        var request = $"GET /v1/ws HTTP/1.1\r\nHost: {copy.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n";
        await phone.socket.SendAsync(Encoding.ASCII.GetBytes(request), Ct);
        var answer = new byte[64];
        var length = await phone.socket.ReceiveAsync(answer, Ct);
        Assert.StartsWith("HTTP/1.1 101", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        return phone;
    }

    /// <summary>Reads and says nothing until the server ends the connection.</summary>
    public async Task Ended()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Reset: an end, too.
        }
    }

    public void Dispose() => socket.Dispose();
}
