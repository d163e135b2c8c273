using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Tumpang.Realtime.Positions;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime.Sockets;

/// <summary>
/// One phone's socket. A receiving loop takes frames in; a sending loop is the only one that writes, and draws events from the inbox
/// at the phone's own pace, so that a slow phone costs no memory here.
/// </summary>
sealed class Connection(WebSocket socket, CurrentUser user, DateTimeOffset tokenExpiresAt, InboxStore inboxes, PositionLanes positions, RealtimeOptions options, RealtimeMetrics metrics)
{
    /// <summary>Answers to the phone's own frames that may wait; a phone that does not read them is not worth more.</summary>
    const int WaitingAnswers = 64;

    /// <summary>How long a phone that may be gone is waited for at the end.</summary>
    static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    readonly Channel<byte[]?> outgoing = Channel.CreateBounded<byte[]?>(new BoundedChannelOptions(WaitingAnswers) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    string cursor = "0-0";
    int woken = 1;
    (WebSocketCloseStatus Code, string Reason) close = (WebSocketCloseStatus.NormalClosure, "");

    /// <summary>Ordered by time, so that of two sockets the newer is known everywhere.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    public Guid UserId => user.Id;

    /// <summary>The inbox has something new.</summary>
    public void Wake()
    {
        if (Interlocked.Exchange(ref woken, 1) == 0)
        {
            outgoing.Writer.TryWrite(null);
        }
    }

    /// <summary>Sends a frame without an id; dropped when the phone does not read.</summary>
    public void Answer(object frame) => outgoing.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(frame, frame.GetType(), Json.Options));

    /// <summary>Ends the connection with this code.</summary>
    public void Close(WebSocketCloseStatus code, string reason)
    {
        close = (code, reason);
        ended.TrySetResult();
    }

    /// <summary>Finds the phone's place: behind the id it names, or at the end. False when that place is lost.</summary>
    public async Task<bool> Resume(string? lastId)
    {
        if (lastId is null)
        {
            cursor = await inboxes.Newest(UserId);
            return true;
        }

        if (await inboxes.Holds(UserId, lastId))
        {
            cursor = lastId;
            return true;
        }

        cursor = await inboxes.Newest(UserId);
        return false;
    }

    /// <summary>Lives until either side has had enough.</summary>
    public async Task Live(bool resumed, CancellationToken ct)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var expiry = new Timer(_ => Close(CloseCode.TokenExpired, "the access token has expired"), null, TokenLeft(), Timeout.InfiniteTimeSpan);
        Answer(new { type = "welcome", data = new { serverTime = TimeProvider.System.GetUtcNow(), lastId = cursor } });
        if (!resumed)
        {
            Answer(new { type = "resync" });
        }

        outgoing.Writer.TryWrite(null);
        var sending = Send(life.Token);
        var receiving = Receive(life.Token);
        await Task.WhenAny(sending, receiving, ended.Task);

        // A cancelled read or write aborts the socket, and the phone would never learn why: so the words come first.
        outgoing.Writer.TryComplete();
        await Within(GoodbyePatience, sending);
        await SayGoodbye();
        await Within(GoodbyePatience, receiving);
        await life.CancelAsync();
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static Task Within(TimeSpan patience, Task task) => Task.WhenAny(task, Task.Delay(patience));

    TimeSpan TokenLeft() => tokenExpiresAt - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    async Task Send(CancellationToken ct)
    {
        await foreach (var answer in outgoing.Reader.ReadAllAsync(ct))
        {
            if (answer is not null)
            {
                await socket.SendAsync(answer, WebSocketMessageType.Text, true, ct);
            }

            if (Interlocked.Exchange(ref woken, 0) == 1)
            {
                await SendInbox(ct);
            }
        }
    }

    async Task SendInbox(CancellationToken ct)
    {
        IReadOnlyList<InboxEntry> page;
        do
        {
            page = await inboxes.ReadAfter(UserId, cursor);
            foreach (var (id, frame) in page)
            {
                await socket.SendAsync(EventFrame.WithId(id, frame), WebSocketMessageType.Text, true, ct);
                cursor = id;
            }

            metrics.Pushed(page.Count);
        }
        while (page.Count > 0 && !ended.Task.IsCompleted);
    }

    async Task Receive(CancellationToken ct)
    {
        var buffer = new byte[4_096];
        while (true)
        {
            var (frame, grown) = await FrameReader.Read(socket, buffer, options.LongestFrameBytes, ct);
            buffer = grown;
            if (frame is not { } bytes)
            {
                return;
            }

            if (bytes.Length > options.LongestFrameBytes)
            {
                Close(WebSocketCloseStatus.MessageTooBig, $"frames have at most {options.LongestFrameBytes} bytes");
                return;
            }

            ClientFrames.Take(bytes.Span, this, user, positions);
        }
    }

    /// <summary>The close frame, with the reason.</summary>
    async Task SayGoodbye()
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var limit = new CancellationTokenSource(GoodbyePatience);
        try
        {
            await socket.CloseOutputAsync(close.Code, close.Reason, limit.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            socket.Abort();
        }
    }
}
