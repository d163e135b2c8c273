using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>
/// A server that behaves as Stripe's documentation records it: authentication by secret key, forms, versions, idempotency keys that give the first answer
/// again, the error objects and statuses, rate limits, and signed events at least once in no order.
/// </summary>
sealed class RecordedStripe : IAsyncDisposable
{
    public const string SecretKey = "sk_test_recorded";
    public const string WebhookKey = "whsec_5f1c0de15f1c0de1";
    const string Version = "2025-04-30.basil";

    readonly WebApplication server;
    readonly HttpClient http = new();
    readonly ConcurrentDictionary<string, Lazy<Kept>> kept = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, int> limited = new(StringComparer.Ordinal);
    readonly ConcurrentBag<string> unexpected = [];
    readonly ConcurrentQueue<JsonObject> events = new();
    Uri[] receivers = [];
    int requests;

    RecordedStripe(WebApplication server)
    {
        this.server = server;
        Books = new(Tell);
    }

    public StripeBooks Books { get; }

    public Uri Url => new(server.Urls.Single());

    /// <summary>Requests that Stripe's client libraries would not make: without a key, a version or a form.</summary>
    public IReadOnlyCollection<string> Unexpected => unexpected;

    /// <summary>How often an answer was given from under its key.</summary>
    public int Replays { get; private set; }

    public static async Task<RecordedStripe> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var stripe = new RecordedStripe(builder.Build());
        stripe.server.Run(stripe.Serve);
        await stripe.server.StartAsync();
        return stripe;
    }

    /// <summary>Who hears the events.</summary>
    public void TellTo(IEnumerable<Uri> copies) => receivers = [.. copies];

    /// <summary>The next requests under this key are told to come later.</summary>
    public void Limit(string key, int times) => limited[key] = times;

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        http.Dispose();
    }

    public static string Sign(string body, DateTimeOffset at, string key = WebhookKey)
    {
        var stamp = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{stamp}.{body}"));
        return $"t={stamp},v1={Convert.ToHexStringLower(mac)},v0={new string('0', 64)}";
    }

    /// <summary>An event as Stripe wraps an object.</summary>
    public static string EventOf(string type, JsonObject about, string? id = null) => new JsonObject
    {
        ["id"] = id ?? $"evt_{Guid.NewGuid():N}",
        ["object"] = "event",
        ["api_version"] = Version,
        ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["data"] = new JsonObject { ["object"] = about.DeepClone() },
        ["livemode"] = false,
        ["pending_webhooks"] = 1,
        ["request"] = new JsonObject { ["id"] = null, ["idempotency_key"] = null },
        ["type"] = type,
    }.ToJsonString();

    async Task Serve(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers["Request-Id"] = $"req_{Interlocked.Increment(ref requests):D14}";
        response.Headers["Stripe-Version"] = Version;
        if (request.Headers.Authorization != $"Bearer {SecretKey}")
        {
            await Write(response, 401, StripeObjects.Error("invalid_request_error", null, "Invalid API Key provided."));
            return;
        }

        NoteWhatIsOdd(request);
        var path = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        if (request.Method == HttpMethods.Get)
        {
            var query = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
            await Write(response, path is ["events"] ? EventsBy(query) : Books.Answer("GET", path, query));
            return;
        }

        var form = (await request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        await ServeOnce(response, request.Headers["Idempotency-Key"].ToString(), path, form);
    }

    /// <summary>One key, one execution: the first answer again, whatever it was, and an error where the parameters differ. Limits come before that.</summary>
    async Task ServeOnce(HttpResponse response, string key, string[] path, Dictionary<string, string> form)
    {
        if (limited.GetValueOrDefault(key) is > 0 and var left)
        {
            limited[key] = left - 1;
            await Write(response, 429, StripeObjects.Error("invalid_request_error", "rate_limit", "Request rate limit exceeded."));
            return;
        }

        var fields = form.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}");
        var asked = $"{string.Join('/', path)}?{string.Join('&', fields)}";
        var mine = new Lazy<Kept>(() => new(asked, Books.Answer("POST", path, form), response.Headers["Request-Id"].ToString()));
        var first = kept.GetOrAdd(key, mine);
        if (first.Value.Asked != asked)
        {
            const string message = "Keys for idempotent requests can only be used with the same parameters they were first used with.";
            await Write(response, 400, StripeObjects.Error("idempotency_error", null, message));
            return;
        }

        if (first != mine)
        {
            Replays++;
            response.Headers["Idempotent-Replayed"] = "true";
            response.Headers["Original-Request"] = first.Value.RequestId;
        }

        await Write(response, first.Value.Reply);
    }

    void NoteWhatIsOdd(HttpRequest request)
    {
        var isPost = request.Method == HttpMethods.Post;
        if (request.Headers["Stripe-Version"] != Version || (isPost && (!request.HasFormContentType || request.Headers["Idempotency-Key"].Count != 1)))
        {
            unexpected.Add($"{request.Method} {request.Path}");
        }
    }

    static Task Write(HttpResponse response, StripeReply reply) => reply.Broken
        ? Write(response, 500, StripeObjects.Error("api_error", null, "An unknown error occurred"))
        : Write(response, reply.Status, reply.Body);

    static Task Write(HttpResponse response, int status, JsonObject body)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        return response.WriteAsync(body.ToJsonString());
    }

    /// <summary>Of one type and no older than asked for.</summary>
    StripeReply EventsBy(IReadOnlyDictionary<string, string> query)
    {
        var since = long.Parse(query["created[gte]"]);
        return StripeObjects.Page(
            events.Where(each => each["type"]!.GetValue<string>() == query["type"] && each["created"]!.GetValue<long>() >= since), query);
    }

    /// <summary>At least once, here always twice, and again for a while when nobody takes it; never where it says so. It is listed all the same.</summary>
    void Tell(string type, JsonObject about, TimeSpan after)
    {
        var body = EventOf(type, about);
        events.Enqueue(JsonNode.Parse(body)!.AsObject());
        if (receivers.Length == 0 || after == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        _ = Deliver(body, after);
        _ = Deliver(body, after + TimeSpan.FromSeconds(0.5));
    }

    async Task Deliver(string body, TimeSpan after)
    {
        await Task.Delay(after);
        for (var attempt = 0; attempt < 10 && !await Post(body); attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    async Task<bool> Post(string body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(receivers[Random.Shared.Next(receivers.Length)], "/v1/webhooks/stripe"));
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            request.Headers.Add("Stripe-Signature", Sign(body, DateTimeOffset.UtcNow));
            using var answer = await http.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>What is remembered under a key.</summary>
    sealed record Kept(string Asked, StripeReply Reply, string RequestId);
}
