using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Tumpang.Benchmarks;

/// <summary>
/// The least that can push: bare Kestrel WebSockets, and a bare broker client that hands every message straight to the two sockets that it names.
/// It knows no tokens, remembers nothing, and loses what it cannot deliver. A process of its own, for its memory is measured from outside.
/// </summary>
public sealed class BarePush : IAsyncDisposable
{
    /// <summary>The argument that makes the benchmarks' program this server.</summary>
    public const string Argument = "bare-push";

    /// <summary>The queue that it hears.</summary>
    public const string Queue = "bench-bare-push";

    const string RabbitMqVariable = "BARE_PUSH_RABBITMQ";
    const int GuidBytes = 16;

    readonly Process process;

    BarePush(Process process, Uri address) => (this.process, Address) = (process, address);

    /// <summary>Where a phone connects: this, and its user's id.</summary>
    public Uri Address { get; }

    /// <summary>The process to look at.</summary>
    public int Pid => process.Id;

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<BarePush> Start(string rabbitMq, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(BarePush).Assembly.Location, Argument]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[RabbitMqVariable] = rabbitMq;
        var server = Process.Start(start)!;
        return await server.StandardOutput.ReadLineAsync(ct) is { } address
            ? new(server, new UriBuilder(address) { Scheme = "ws" }.Uri)
            : throw new InvalidOperationException("The bare server did not start.");
    }

    /// <summary>What a message of its queue looks like: two users, and the frame for both.</summary>
    public static byte[] Message(Guid passenger, Guid driver, ReadOnlySpan<byte> frame) => [.. passenger.ToByteArray(), .. driver.ToByteArray(), .. frame];

    /// <summary>Serves until its standard input ends, as it does with whoever started it.</summary>
    public static async Task Serve()
    {
        var sockets = new ConcurrentDictionary<Guid, WebSocket>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/{user:guid}", (HttpContext http, Guid user) => Hold(http, user, sockets));
        await app.StartAsync();
        await using var broker = await new ConnectionFactory { Uri = new Uri(Environment.GetEnvironmentVariable(RabbitMqVariable)!) }.CreateConnectionAsync();
        await using var channel = await broker.CreateChannelAsync();
        await Consume(channel, sockets);
        Console.WriteLine(app.Urls.Single());
        while (await Console.In.ReadLineAsync() is not null)
        {
        }

        Environment.Exit(0);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    static async Task Hold(HttpContext http, Guid user, ConcurrentDictionary<Guid, WebSocket> sockets)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.FromSeconds(15), KeepAliveTimeout = TimeSpan.FromSeconds(30) });
        sockets[user] = socket;
        try
        {
            await socket.SendAsync("""{"type":"welcome"}"""u8.ToArray(), WebSocketMessageType.Text, true, http.RequestAborted);
            var buffer = new byte[128];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            socket.Abort();
        }
        finally
        {
            sockets.TryRemove(user, out _);
        }
    }

    static async Task Consume(IChannel channel, ConcurrentDictionary<Guid, WebSocket> sockets)
    {
        await channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = "quorum" });
        await channel.BasicQosAsync(0, 32, false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            var body = delivery.Body;
            foreach (var user in new[] { new Guid(body.Span[..GuidBytes]), new Guid(body.Span[GuidBytes..(2 * GuidBytes)]) })
            {
                if (sockets.TryGetValue(user, out var socket) && socket.State == WebSocketState.Open)
                {
                    await socket.SendAsync(body[(2 * GuidBytes)..], WebSocketMessageType.Text, true, CancellationToken.None);
                }
            }

            await channel.BasicAckAsync(delivery.DeliveryTag, false);
        };
        await channel.BasicConsumeAsync(Queue, autoAck: false, consumer);
    }
}
