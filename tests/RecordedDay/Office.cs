using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Simulator;
using Tumpang.Testing;

namespace Tumpang.RecordedDay;

/// <summary>The running part of the fleet that deals with money, as its callers see it: billing's and payment's own routes, and the bus.</summary>
public sealed class Office(IReadOnlyDictionary<string, Uri[]> addresses, TestTokens tokens, TestBus bus, CityClock clock) : IDisposable
{
    const int MaxTries = 12;

    readonly HttpClient http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2) }) { Timeout = TimeSpan.FromSeconds(30) };
    int turn;

    /// <summary>City time, which the services keep.</summary>
    public CityClock Clock { get; } = clock;

    /// <summary>What was counted and what went wrong.</summary>
    public Measurements Measured { get; } = new();

    /// <summary>Two operators: what needs a second one gets it.</summary>
    public Caller FirstOperator { get; } = new(Guid.CreateVersion7(), Role.Operator);

    /// <inheritdoc cref="FirstOperator"/>
    public Caller SecondOperator { get; } = new(Guid.CreateVersion7(), Role.Operator);

    /// <summary>Puts events on the broker, in this order.</summary>
    public Task Tell(CancellationToken ct, params IEnumerable<Event> events) => bus.Publish(ct, events);

    /// <summary>Sends, and sends again under the same key while the service asks for patience.</summary>
    public async Task<Reply> Ask(Caller caller, HttpMethod method, string service, string path, object? body, CancellationToken ct)
    {
        var key = method == HttpMethod.Get ? null : Guid.CreateVersion7().ToString();
        for (var attempt = 1; ; attempt++)
        {
            var reply = await TryOnce(caller, method, service, path, body, key, ct);
            if (reply is { AsksForPatience: false })
            {
                return reply;
            }

            if (attempt == MaxTries)
            {
                return reply ?? throw new HttpRequestException($"{method} {path}: no answer after {MaxTries} tries");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2_000, 50 << attempt)), ct);
        }
    }

    /// <summary>The body of a success; anything else ends the caller's part.</summary>
    public async Task<JsonElement> Must(Caller caller, HttpMethod method, string service, string path, object? body, CancellationToken ct)
    {
        var reply = await Ask(caller, method, service, path, body, ct);
        return reply.IsSuccess ? reply.Body : throw new HttpRequestException($"{method} {path}: {(int)reply.Status} {reply.Body}");
    }

    public void Dispose() => http.Dispose();

    async Task<Reply?> TryOnce(Caller caller, HttpMethod method, string service, string path, object? body, string? key, CancellationToken ct)
    {
        var copies = addresses[service];
        using var request = new HttpRequestMessage(method, new Uri(copies[(int)((uint)Interlocked.Increment(ref turn) % copies.Length)], path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", tokens.Issue(caller.UserId, Role.Passenger, caller.Role));
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        try
        {
            using var response = await http.SendAsync(request, ct);
            var bytes = await response.Content.ReadAsByteArrayAsync(ct);
            return new(response.StatusCode, bytes.Length > 0 ? JsonDocument.Parse(bytes).RootElement : default);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            Measured.Count($"retry: {exception.GetType().Name}");
            return null;
        }
    }
}

/// <summary>Who asks.</summary>
public sealed record Caller(Guid UserId, string Role);

/// <summary>What was answered.</summary>
public sealed record Reply(HttpStatusCode Status, JsonElement Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>A part of the fleet is away or busy, or a twin of the request is in flight: ask again.</summary>
    public bool AsksForPatience =>
        Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests || Code is "request-in-flight" or "lost-the-race";

    /// <summary>The stable code of a problem; empty for a success.</summary>
    public string Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";
}
