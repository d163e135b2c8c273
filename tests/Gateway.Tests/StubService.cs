using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tumpang.Gateway.Tests;

/// <summary>A service that tells what reached it: name, path and headers, as JSON. It echoes sockets, and answers late when asked to.</summary>
sealed class StubService : IAsyncDisposable
{
    readonly WebApplication app;

    StubService(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/alive", () => "Healthy");
        app.MapGet("/health", () => "Healthy");
        app.MapGet("/openapi/v1.json", () => Description(name));
        app.Map("/v1/ws", Echo);
        app.Map("{**path}", (Delegate)((HttpContext http) => Tell(name, http)));
    }

    public string Address => app.Urls.Single();

    /// <summary>Paths of the requests that came through, apart from probes.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    public static async Task<StubService> Start(string name)
    {
        var stub = new StubService(name);
        await stub.app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task<IResult> Tell(string name, HttpContext http)
    {
        Received.Enqueue(http.Request.Path);
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (http.Request.Headers["X-Test-Delay"] is [{ } seconds])
        {
            await Task.Delay(TimeSpan.FromSeconds(int.Parse(seconds)), http.RequestAborted);
        }

        http.Response.Headers["X-Request-ID"] = "the service's own";
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        return Results.Json(new { service = name, path = http.Request.Path.Value, bytes = body.Length, headers });
    }

    static async Task Echo(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync(http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, http.RequestAborted) is { MessageType: not WebSocketMessageType.Close } frame)
        {
            await socket.SendAsync(buffer.AsMemory(0, frame.Count), frame.MessageType, frame.EndOfMessage, http.RequestAborted);
        }
    }

    static object Description(string name)
    {
        var operation = new { get = new { tags = new[] { name } } };
        var publicPath = name is "ride" ? "/v1/rides" : "/v1/ride-requests";
        return new { openapi = "3.1.1", paths = new Dictionary<string, object> { [publicPath] = operation, [$"/internal/{name}"] = operation } };
    }
}
