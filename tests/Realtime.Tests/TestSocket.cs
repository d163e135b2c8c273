using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Tumpang.Realtime.Tests;

/// <summary>A phone's socket, as a test sees it.</summary>
public sealed class TestSocket : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly ClientWebSocket socket = new();

    /// <summary>The first frame's place in the inbox.</summary>
    public string LastId { get; private set; } = "";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestSocket> Open(Uri copy, string token, string? lastId = null, bool inSubprotocol = false)
    {
        var phone = new TestSocket();
        if (inSubprotocol)
        {
            phone.socket.Options.AddSubProtocol("tumpang.v1");
            phone.socket.Options.AddSubProtocol($"bearer.{token}");
        }
        else
        {
            phone.socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }

        await phone.socket.ConnectAsync(new UriBuilder(copy) { Scheme = "ws", Path = "/v1/ws", Query = lastId is null ? "" : $"lastId={lastId}" }.Uri, Ct);
        var welcome = await phone.Hears("welcome");
        phone.LastId = welcome.GetProperty("data").GetProperty("lastId").GetString()!;
        return phone;
    }

    /// <summary>The next frame, which must be of this type.</summary>
    public async Task<JsonElement> Hears(string type)
    {
        var frame = await Next();
        Assert.Equal(type, frame?.GetProperty("type").GetString());
        return frame!.Value;
    }

    /// <summary>The next frame; null when the server closes.</summary>
    public async Task<JsonElement?> Next()
    {
        var buffer = new byte[64 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Patience);
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), limit.Token);
            length += part.Count;
        }
        while (!part.EndOfMessage);
        return part.MessageType == WebSocketMessageType.Close ? null : JsonDocument.Parse(buffer.AsMemory(0, length)).RootElement;
    }

    /// <summary>The code with which the server closes.</summary>
    public async Task<int?> Closed()
    {
        while (await Next() is not null)
        {
        }

        return (int?)socket.CloseStatus;
    }

    /// <summary>Sends a frame, whole or in pieces.</summary>
    public async Task Send(string json, int bytesPerPiece = int.MaxValue)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var sent = 0;
        do
        {
            var piece = bytes.AsMemory(sent, Math.Min(bytesPerPiece, bytes.Length - sent));
            sent += piece.Length;
            await socket.SendAsync(piece, WebSocketMessageType.Text, endOfMessage: sent == bytes.Length, Ct);
        }
        while (sent < bytes.Length);
    }

    public ValueTask DisposeAsync()
    {
        // As a phone in a tunnel: gone without a word.
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
