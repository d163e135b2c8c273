using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace Tumpang.Testing;

/// <summary>A wire to Redis that can be cut so that neither end notices: open, and mute.</summary>
public sealed class RedisWire : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();
    readonly ConfigurationOptions redis;
    readonly Task accepting;
    readonly Lock latch = new();
    volatile Mark marked = new();
    volatile byte[]? trigger;
    bool everything;

    /// <param name="redis">The connection string of the server at the far end.</param>
    public RedisWire(string redis)
    {
        this.redis = ConfigurationOptions.Parse(redis);
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Leads to the server through the wire.</summary>
    public string ConnectionString => $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port},password={redis.Password}";

    /// <summary>What is open now stays so and says nothing any more; what comes later is heard.</summary>
    public void MuteWhatIsOpen()
    {
        lock (latch)
        {
            marked.Mute = true;
            marked = new() { Mute = everything };
        }
    }

    /// <summary>Nothing is heard any more.</summary>
    public void MuteEverything()
    {
        everything = true;
        MuteWhatIsOpen();
    }

    /// <summary>What is open is muted as soon as this command is sent for the first time, before it arrives.</summary>
    public void MuteFromTheFirst(string command) => trigger = System.Text.Encoding.ASCII.GetBytes(command);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        end.Dispose();
    }

    async Task Accept()
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(end.Token);
            _ = Join(client, marked);
        }
    }

    async Task Join(TcpClient client, Mark mute)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync((IPEndPoint)redis.EndPoints[0], end.Token);
            await Task.WhenAny(Copy(client.GetStream(), server.GetStream(), mute, Listen), Copy(server.GetStream(), client.GetStream(), mute, _ => { }));
        }

        void Listen(ReadOnlySpan<byte> sent)
        {
            if (trigger is not { } awaited || sent.IndexOf(awaited) < 0) return;

            trigger = null;
            MuteWhatIsOpen();
        }
    }

    async Task Copy(NetworkStream from, NetworkStream to, Mark mute, Action<ReadOnlySpan<byte>> listen)
    {
        var buffer = new byte[8_192];
        while (await from.ReadAsync(buffer, end.Token) is > 0 and var count)
        {
            listen(buffer.AsSpan(0, count));
            if (!mute.Mute)
            {
                await to.WriteAsync(buffer.AsMemory(0, count), end.Token);
            }
        }
    }

    sealed class Mark
    {
        public volatile bool Mute;
    }
}
