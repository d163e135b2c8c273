using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Tumpang.ServiceDefaults;

namespace Tumpang.Simulator.Phones;

/// <summary>A pushed event.</summary>
/// <param name="Type">Kebab-case event name, for example offer-made.</param>
public sealed record Frame(string Type, JsonElement Data);

/// <summary>One phone's push connection: comes back by itself after a drop and resumes behind the last event that it saw.</summary>
public sealed class PhoneSocket(City city, SocketsHttpHandler handler, Func<string> accessToken) : IAsyncDisposable
{
    static readonly TimeSpan PauseBeforeReconnect = TimeSpan.FromMilliseconds(300);

    readonly Channel<Frame> frames = Channel.CreateUnbounded<Frame>(new() { SingleReader = true });
    readonly SemaphoreSlim sending = new(1, 1);
    readonly CancellationTokenSource closing = new();
    ClientWebSocket? socket;
    string? lastId;
    TaskCompletionSource<int> acknowledgement = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task running = Task.CompletedTask;

    /// <summary>Events in the order in which they came.</summary>
    public ChannelReader<Frame> Frames => frames.Reader;

    /// <summary>How many positions of the next frame the fleet accepts; ask before sending it.</summary>
    public Task<int> NextAcknowledgement()
    {
        acknowledgement = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return acknowledgement.Task;
    }

    /// <summary>Connects, and returns when the fleet has said welcome.</summary>
    public async Task Open(CancellationToken ct)
    {
        var welcome = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        running = Run(welcome, closing.Token);
        await welcome.Task.WaitAsync(TimeSpan.FromMinutes(2), ct);
    }

    /// <summary>Sends a frame; false when there is no connection right now, which for positions does not matter.</summary>
    public async Task<bool> Send(object frame, CancellationToken ct)
    {
        if (socket is not { State: WebSocketState.Open } open)
        {
            return false;
        }

        await sending.WaitAsync(ct);
        try
        {
            await open.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame, frame.GetType(), Json.Options), WebSocketMessageType.Text, true, ct);
            return true;
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket?.Dispose();
        sending.Dispose();
        closing.Dispose();
    }

    async Task Run(TaskCompletionSource welcome, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await Connect(ct);
                await Receive(welcome, ct);
                city.Measured.Count("socket closed by the fleet");
            }
            catch (Exception exception) when (exception is WebSocketException or HttpRequestException or IOException && !ct.IsCancellationRequested)
            {
                city.Measured.Count("socket dropped");
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(PauseBeforeReconnect, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task Connect(CancellationToken ct)
    {
        socket?.Dispose();
        socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {accessToken()}");
        socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(30);
        var address = new UriBuilder(city.Gateway) { Scheme = "ws", Path = "/v1/ws", Query = lastId is null ? "" : $"lastId={lastId}" }.Uri;
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await socket.ConnectAsync(address, invoker, ct);
    }

    async Task Receive(TaskCompletionSource welcome, CancellationToken ct)
    {
        var buffer = new byte[16 * 1024];
        while (socket!.State == WebSocketState.Open)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
                length += part.Count;
            }
            while (!part.EndOfMessage);

            if (part.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            Take(JsonDocument.Parse(buffer.AsMemory(0, length).ToArray()).RootElement, welcome);
        }
    }

    void Take(JsonElement frame, TaskCompletionSource welcome)
    {
        var type = frame.GetProperty("type").GetString()!;
        if (type == "welcome")
        {
            welcome.TrySetResult();
        }
        else if (type == "positions")
        {
            acknowledgement.TrySetResult(frame.GetProperty("data").GetProperty("accepted").GetInt32());
        }

        if (!frame.TryGetProperty("id", out var id))
        {
            if (type is "error" && frame.GetProperty("data").GetProperty("code").GetString() is "unavailable" or "too-many-requests")
            {
                city.Measured.Count("retry: positions not taken");
            }
            else if (type is "error")
            {
                city.Measured.Error($"socket error frame: {frame}");
            }

            return;
        }

        lastId = id.GetString();
        if (frame.TryGetProperty("at", out var at))
        {
            city.Measured.Record("push", (city.Clock.GetUtcNow() - at.GetDateTimeOffset()).TotalMilliseconds / city.Clock.Factor);
        }

        frames.Writer.TryWrite(new(type, frame.GetProperty("data")));
    }
}
