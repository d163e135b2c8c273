using System.Buffers;
using System.Net.WebSockets;

namespace Tumpang.Realtime.Sockets;

/// <summary>Reads whole frames. A phone has a buffer only while it says something: most of ten thousand are silent at any moment.</summary>
static class FrameReader
{
    const int UsualBytes = 4_096;

    /// <summary>
    /// Waits for a frame and hands it over, cut off somewhere beyond the limit when it is longer. True when there may be another: the phone has not
    /// closed, and <paramref name="take"/> says so too.
    /// </summary>
    public static async Task<bool> Read(WebSocket socket, int limit, Func<ReadOnlySpan<byte>, bool> take)
    {
        // Reading nothing returns when there is something to read.
        var part = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        var (buffer, length) = (ArrayPool<byte>.Shared.Rent(UsualBytes), 0);
        try
        {
            while (part is { MessageType: not WebSocketMessageType.Close, EndOfMessage: false } && length <= limit)
            {
                buffer = length < buffer.Length ? buffer : Grown(buffer);
                part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += part.Count;
            }

            return part.MessageType != WebSocketMessageType.Close && take(buffer.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static byte[] Grown(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
