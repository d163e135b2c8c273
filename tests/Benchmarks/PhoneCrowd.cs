using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Tumpang.Contracts;

namespace Tumpang.Benchmarks;

/// <summary>What a crowd heard of a stream.</summary>
/// <param name="Frames">Every frame from the moment its event was published until its phone had read it; failures are frames that never came.</param>
/// <param name="Stray">Frames that came twice, or to somebody whom they do not concern.</param>
public sealed record StreamResult(LoadResult Frames, int Stray);

/// <summary>
/// Very many connected phones in one process, who do nothing but listen: passengers have even numbers, drivers odd ones. Each is a socket and
/// a small buffer, unlike <see cref="BenchPhone"/>, so that the crowd takes little from the cores that it measures.
/// </summary>
public sealed class PhoneCrowd : IAsyncDisposable
{
    const int ConnectingAtOnce = 64;
    const int PhonesPerAddress = 1_000;
    const int LongestFrame = 2_048;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly SocketsHttpHandler handler = new() { UseProxy = false, ConnectCallback = static (context, ct) => FromAddressOf(context, ct) };
    readonly CancellationTokenSource leaving = new();
    readonly ClientWebSocket[] sockets;
    readonly Task[] listening;
    readonly Guid[] users;
    int closed;
    EventStream? stream;

    PhoneCrowd(int count) => (sockets, listening, users) = (new ClientWebSocket[count], new Task[count], new Guid[count]);

    /// <summary>From the first phone's call until the last one was welcomed.</summary>
    public TimeSpan ConnectedIn { get; private set; }

    /// <summary>Phones whose socket ended before we left.</summary>
    public int Closed => closed;

    /// <summary>Connects that many phones, of users who are new.</summary>
    /// <param name="door">The socket address for a user, and the token to show there, if any.</param>
    public static async Task<PhoneCrowd> Connect(int count, Func<Guid, (Uri Address, string? Token)> door, CancellationToken ct)
    {
        var crowd = new PhoneCrowd(count);
        var doors = new (Uri Address, string? Token)[count];
        for (var phone = 0; phone < count; phone++)
        {
            doors[phone] = door(crowd.users[phone] = Guid.CreateVersion7());
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = ConnectingAtOnce, CancellationToken = ct }, async (phone, token) => await crowd.Connect(phone, doors[phone], token));
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }

        crowd.ConnectedIn = Stopwatch.GetElapsedTime(started);
        return crowd;
    }

    /// <summary>Publishes at a pace that waits for nobody, each event about a passenger and a driver at random, and waits for the last frames.</summary>
    public async Task<StreamResult> Hear(int eventsPerSecond, TimeSpan duration, Func<StopLeft, Task> publish, CancellationToken ct)
    {
        var events = (int)(eventsPerSecond * duration.TotalSeconds);
        var heard = stream = new EventStream(events);
        var publishing = new List<Task>(events);
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < events; number++)
        {
            if (TimeSpan.FromSeconds((double)number / eventsPerSecond) - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
            {
                await Task.Delay(early, ct);
            }

            var (passenger, driver) = (Random.Shared.Next(users.Length / 2) * 2, (Random.Shared.Next(users.Length / 2) * 2) + 1);
            var left = new StopLeft(heard.IdOf(number), users[passenger], users[driver], Number: 1, WaitedSeconds: 30) { OccurredAt = TimeProvider.System.GetUtcNow(), Version = 1 };
            heard.Published(number, passenger, driver);
            publishing.Add(publish(left));
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Task.WhenAll(publishing);
        await Task.WhenAny(heard.All, Task.Delay(Patience, ct));
        return heard.Result(seconds);
    }

    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await Task.WhenAll(listening.Where(task => task is not null)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Array.ForEach(sockets, socket => socket?.Dispose());
        handler.Dispose();
        leaving.Dispose();
    }

    async Task Connect(int phone, (Uri Address, string? Token) door, CancellationToken ct)
    {
        var socket = sockets[phone] = new ClientWebSocket();
        // The server pings, and is answered; more a phone need not do.
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (door.Token is not null)
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {door.Token}");
        }

        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        await socket.ConnectAsync(door.Address, invoker, limit.Token);
        var buffer = new byte[LongestFrame];
        await Read(socket, buffer, limit.Token);
        listening[phone] = Listen(phone, socket, buffer);
    }

    async Task Listen(int phone, ClientWebSocket socket, byte[] buffer)
    {
        try
        {
            while (await Read(socket, buffer, leaving.Token) is { Length: > 0 } frame)
            {
                stream?.Heard(frame.Span, phone, Stopwatch.GetTimestamp());
            }

            Interlocked.Increment(ref closed);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException && !leaving.IsCancellationRequested)
        {
            Interlocked.Increment(ref closed);
        }
    }

    /// <summary>The next frame; nothing when the server closes.</summary>
    static async ValueTask<ReadOnlyMemory<byte>> Read(ClientWebSocket socket, byte[] buffer, CancellationToken ct)
    {
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            length += part.Count;
            if (part.EndOfMessage || part.MessageType == WebSocketMessageType.Close)
            {
                return buffer.AsMemory(0, part.MessageType == WebSocketMessageType.Close ? 0 : length);
            }
        }
    }

    static int connections;

    /// <summary>Every thousand phones have a loopback address of their own, or they would run out of ports.</summary>
    static async ValueTask<Stream> FromAddressOf(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (Interlocked.Increment(ref connections) / PhonesPerAddress % 250))]), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>When each event of a stream was published, to whom, and when it was heard.</summary>
    sealed class EventStream(int events)
    {
        const double NotYet = -1;

        static short streams;

        readonly short series = ++streams;
        readonly long[] publishedAt = new long[events];
        readonly (int Passenger, int Driver)[] concerned = new (int, int)[events];
        readonly double[] milliseconds = [.. Enumerable.Repeat(NotYet, events * 2)];
        readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int missing = events * 2;
        int stray;

        public Task All => all.Task;

        /// <summary>The ride of an event says which one it is, and of which stream: the last frames of another may come late.</summary>
        public Guid IdOf(int number) => new(number, series, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

        public void Published(int number, int passenger, int driver)
        {
            concerned[number] = (passenger, driver);
            Volatile.Write(ref publishedAt[number], Stopwatch.GetTimestamp());
        }

        public void Heard(ReadOnlySpan<byte> frame, int phone, long at)
        {
            if (RideOf(frame) is not { } ride || BitConverter.ToInt32(ride.ToByteArray()) is var number && (number < 0 || number >= events || IdOf(number) != ride))
            {
                return;
            }

            var isDriver = phone % 2;
            var expected = isDriver == 0 ? concerned[number].Passenger : concerned[number].Driver;
            var latency = Stopwatch.GetElapsedTime(Volatile.Read(ref publishedAt[number]), at).TotalMilliseconds;
            if (phone != expected || Interlocked.CompareExchange(ref milliseconds[(number * 2) + isDriver], latency, NotYet) != NotYet)
            {
                Interlocked.Increment(ref stray);
            }
            else if (Interlocked.Decrement(ref missing) == 0)
            {
                all.TrySetResult();
            }
        }

        public StreamResult Result(double seconds)
        {
            var heard = milliseconds.Where(latency => latency != NotYet).Order().ToArray();
            return new(new(heard.Length / seconds, heard, milliseconds.Length - heard.Length), stray);
        }

        static Guid? RideOf(ReadOnlySpan<byte> frame)
        {
            var json = new Utf8JsonReader(frame);
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("rideId"u8))
                {
                    json.Read();
                    return json.GetGuid();
                }
            }

            return null;
        }
    }
}
