using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Simulator.Phones;

/// <summary>An answer of the fleet: the status and the body, when it was JSON.</summary>
public sealed record Answer(HttpStatusCode Status, JsonElement Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The stable code of a problem; empty for a success.</summary>
    public string Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";
}

/// <summary>
/// A phone: an address of its own (so that the gateway's limits per address see many phones), a login by one-time code, HTTP and one
/// WebSocket through the gateway, and the manners of a good client: an idempotency key on every change, the same key on every retry.
/// </summary>
public abstract class Phone : IAsyncDisposable
{
    /// <summary>About half a minute in all: longer than any restart of a service or a store.</summary>
    const int MaxTries = 18;

    /// <summary>How often a phone asks, a tenth of a second apart, for what another service learns by an event: a minute, longer than any restart.</summary>
    protected const int MostLooks = 600;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly HttpClient http;
    readonly SocketsHttpHandler handler;
    string refreshToken = "";
    DateTimeOffset tokenExpiresAt;

    protected Phone(City city, IPAddress address, string phoneNumber)
    {
        City = city;
        PhoneNumber = phoneNumber;
        handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) => await ConnectFrom(address, context.DnsEndPoint, ct),
            UseProxy = false,
            UseCookies = false,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        };
        http = new HttpClient(handler) { BaseAddress = city.Gateway, Timeout = Patience };
        Socket = new PhoneSocket(city, handler, () => http.DefaultRequestHeaders.Authorization!.Parameter!);
    }

    /// <summary>The account behind the last login.</summary>
    public Guid UserId { get; private set; }

    /// <summary>Something unexpected ended this phone's day; it is in the notebook.</summary>
    public bool HasFailed { get; set; }

    protected City City { get; }

    protected Measurements Measured => City.Measured;

    protected string PhoneNumber { get; }

    /// <summary>The push connection; opened by <see cref="LogIn"/>.</summary>
    protected PhoneSocket Socket { get; }

    /// <summary>Requests a code, reads it from the sandbox's SMS inbox, logs in and opens the socket.</summary>
    protected async Task LogIn(CancellationToken ct)
    {
        await Must(Send(HttpMethod.Post, "/v1/otp", new { PhoneNumber }, ct));
        var code = await ReadCode(ct);
        Keep(await Must(Send(HttpMethod.Post, "/v1/sessions", new { PhoneNumber, code }, ct)));
    }

    /// <summary>New tokens, with the roles as they are now.</summary>
    protected async Task RefreshTokens(CancellationToken ct) =>
        Keep(await Must(Send(HttpMethod.Post, "/v1/sessions/refresh", new { refreshToken }, ct)));

    /// <summary>A request whose answer must be a success; anything else is an unexpected error that ends this phone's day.</summary>
    protected static async Task<JsonElement> Must(Task<Answer> request)
    {
        var answer = await request;
        return answer.IsSuccess ? answer.Body : throw new UnexpectedAnswerException($"{answer.Status} {answer.Code} {answer.Body}");
    }

    /// <summary>Sends, and sends again with the same key, while the fleet asks for patience or is not reachable.</summary>
    protected async Task<Answer> Send(HttpMethod method, string path, object? body, CancellationToken ct)
    {
        await KeepTokenFresh(path, ct);
        var key = method == HttpMethod.Get ? null : Guid.CreateVersion7().ToString();
        for (var attempt = 1; ; attempt++)
        {
            var answer = await TryOnce(method, path, body, key, ct);
            if (answer is not null && !AsksForPatience(answer))
            {
                return answer;
            }

            Measured.Count(answer is null ? "retry: no answer" : $"retry: {(int)answer.Status} {answer.Code}");
            if (attempt == MaxTries)
            {
                return answer ?? throw new UnexpectedAnswerException($"{method} {path}: no answer after {MaxTries} tries");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(2_000, 100 << attempt)), ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Socket.DisposeAsync();
        http.Dispose();
        handler.Dispose();
        GC.SuppressFinalize(this);
    }

    async Task<Answer?> TryOnce(HttpMethod method, string path, object? body, string? key, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json.Options);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.SendAsync(request, ct);
            var bytes = await response.Content.ReadAsByteArrayAsync(ct);
            Measured.RecordMilliseconds("http", started);
            var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
            return new(response.StatusCode, isJson && bytes.Length > 0 ? JsonDocument.Parse(bytes).RootElement : default);
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Too many requests, a twin in flight, or a part of the fleet that is away: ask again.</summary>
    static bool AsksForPatience(Answer answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.BadGateway
        || answer.Code is "request-in-flight" or "lost-the-race";

    async Task<string> ReadCode(CancellationToken ct)
    {
        var inbox = await Must(Send(HttpMethod.Get, $"/sandbox/sms/{Uri.EscapeDataString(PhoneNumber)}", null, ct));
        var text = inbox.GetProperty("messages")[0].GetProperty("text").GetString()!;
        var start = Enumerable.Range(0, text.Length - 5).First(index => text.AsSpan(index, 6).IndexOfAnyExceptInRange('0', '9') < 0);
        return text.Substring(start, 6);
    }

    async Task KeepTokenFresh(string path, CancellationToken ct)
    {
        if (refreshToken.Length > 0 && TimeProvider.System.GetUtcNow() > tokenExpiresAt && !path.StartsWith("/v1/sessions", StringComparison.Ordinal))
        {
            await RefreshTokens(ct);
        }
    }

    void Keep(JsonElement session)
    {
        UserId = session.GetProperty("userId").GetGuid();
        refreshToken = session.GetProperty("refreshToken").GetString()!;
        // A minute early: a token must not run out on its way.
        tokenExpiresAt = TimeProvider.System.GetUtcNow().AddSeconds(session.GetProperty("expiresIn").GetInt32() - 60);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("accessToken").GetString());
    }

    static async Task<Stream> ConnectFrom(IPAddress address, DnsEndPoint target, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(IPAddress.Loopback, target.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The fleet answered what no rule of the city explains.</summary>
public sealed class UnexpectedAnswerException(string what) : Exception(what);
