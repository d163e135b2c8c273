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

    /// <summary>The place in the inbox up to which everything has been sent.</summary>
    public string Cursor => cursor;

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

    /// <summary>
    /// Lives until either side has had enough. What waits for the phone ends with its connection, by <paramref name="abort"/> if need be: a token to
    /// cancel it by would be registered and unregistered with every frame of every phone.
    /// </summary>
    public async Task Live(bool resumed, Action abort)
    {
        using var expiry = new Timer(_ => Close(CloseCode.TokenExpired, "the access token has expired"), null, TokenLeft(), Timeout.InfiniteTimeSpan);
        Answer(new { type = "welcome", data = new { serverTime = TimeProvider.System.GetUtcNow(), lastId = cursor } });
        if (!resumed)
        {
            Answer(new { type = "resync" });
        }

        outgoing.Writer.TryWrite(null);
        var sending = Send();
        var receiving = Receive();
        await Task.WhenAny(sending, receiving, ended.Task);

        // Aborted, the phone would never learn why: so the words come first.
        outgoing.Writer.TryComplete();
        await Within(GoodbyePatience, sending);
        await SayGoodbye();
        await Within(GoodbyePatience, receiving);
        var both = Task.WhenAll(sending, receiving);
        if (!both.IsCompleted)
        {
            abort();
        }

        await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static Task Within(TimeSpan patience, Task task) => Task.WhenAny(task, Task.Delay(patience));

    TimeSpan TokenLeft() => tokenExpiresAt - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    async Task Send()
    {
        await foreach (var answer in outgoing.Reader.ReadAllAsync())
        {
            if (answer is not null)
            {
                await Send(answer);
            }

            if (Interlocked.Exchange(ref woken, 0) == 1)
            {
                await SendInbox();
            }
        }
    }

    ValueTask Send(byte[] frame) => socket.SendAsync(frame.AsMemory(), WebSocketMessageType.Text, true, CancellationToken.None);

    async Task SendInbox()
    {
        IReadOnlyList<InboxEntry> page;
        do
        {
            page = await inboxes.ReadAfter(UserId, cursor);
            foreach (var (id, frame) in page)
            {
                await Send(EventFrame.WithId(id, frame));
                cursor = id;
            }

            metrics.Pushed(page.Count);
        }
        // What comes after a page that is not full wakes us again.
        while (page.Count == InboxStore.PageSize && !ended.Task.IsCompleted);
    }

    async Task Receive()
    {
        Func<ReadOnlySpan<byte>, bool> take = Take;
        while (await FrameReader.Read(socket, options.LongestFrameBytes, take))
        {
        }
    }

    bool Take(ReadOnlySpan<byte> frame)
    {
        if (frame.Length > options.LongestFrameBytes)
        {
            Close(WebSocketCloseStatus.MessageTooBig, $"frames have at most {options.LongestFrameBytes} bytes");
            return false;
        }

        ClientFrames.Take(frame, this, user, positions);
        return true;
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
