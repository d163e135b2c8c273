using System.Net.WebSockets;

namespace Tumpang.Realtime.Sockets;

/// <summary>Reads whole frames into a buffer that grows only for phones that need it.</summary>
static class FrameReader
{
    /// <summary>The next frame and the buffer to use next time; no frame when the phone has closed. Stops reading beyond the limit.</summary>
    public static async Task<(ReadOnlyMemory<byte>? Frame, byte[] Buffer)> Read(WebSocket socket, byte[] buffer, int limit, CancellationToken ct)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return (null, buffer);
            }

            if (part.EndOfMessage || length > limit)
            {
                return (buffer.AsMemory(0, length), buffer);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, limit + 1));
            }
        }
    }
}
