using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tumpang.Sandbox.Tests;

/// <summary>One webhook as it came in.</summary>
sealed record Received(string Signature, string Body, DateTimeOffset At)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    public string Key => Json.GetProperty("idempotencyKey").GetString()!;
}

/// <summary>Where webhooks go in these tests. Refuses the first ones of a charge when asked to.</summary>
sealed class Receiver : IAsyncDisposable
{
    readonly ConcurrentQueue<Received> received = new();
    readonly ConcurrentDictionary<string, int> refusals = new();
    readonly WebApplication app;

    public Receiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapPost("/hooks", Take);
    }

    public Uri Url => new(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()), "/hooks");

    public Task Start() => app.StartAsync();

    public void Refuse(string idempotencyKey, int times) => refusals[idempotencyKey] = times;

    public IReadOnlyList<Received> For(string idempotencyKey) => [.. received.Where(webhook => webhook.Key == idempotencyKey)];

    public ValueTask DisposeAsync() => app.DisposeAsync();

    async Task<int> Take(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var webhook = new Received(request.Headers["Sandbox-Signature"].ToString(), await reader.ReadToEndAsync(), DateTimeOffset.UtcNow);
        received.Enqueue(webhook);
        request.HttpContext.Response.StatusCode = refusals.TryGetValue(webhook.Key, out var left) && left > 0 && refusals.TryUpdate(webhook.Key, left - 1, left) ? 503 : 200;
        return request.HttpContext.Response.StatusCode;
    }
}
