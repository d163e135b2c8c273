using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>Signs a webhook and posts it. The signature covers the time of the attempt, so that an old one cannot be replayed for long.</summary>
sealed partial class WebhookSender(HttpClient http, IOptions<SandboxOptions> options, IConfiguration configuration, ILogger<WebhookSender> logger)
{
    public const string SignatureHeader = "Sandbox-Signature";
    const string Path = "/v1/webhooks/sandbox";

    readonly ServiceAddresses payment = new(configuration, "payment");

    readonly byte[] key = Encoding.UTF8.GetBytes(configuration["Secrets:WebhookSigningKey"] is { Length: > 0 } secret
        ? secret
        : throw new InvalidOperationException("Secrets:WebhookSigningKey is not set."));

    /// <summary>True when the receiver took it.</summary>
    public async Task<bool> Send(string body, CancellationToken ct)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, options.Value.WebhookUrl ?? new Uri(payment.Next(), Path));
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
            request.Headers.Add(SignatureHeader, Sign(body, TimeProvider.System.GetUtcNow()));
            using var response = await http.SendAsync(request, ct);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            NotDelivered(exception.Message);
            return false;
        }
    }

    /// <summary>"t=unix seconds,v1=hex HMAC-SHA256 of t.body".</summary>
    public string Sign(string body, DateTimeOffset at)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{time}.{body}")))}";
    }

    [LoggerMessage(LogLevel.Information, "A webhook was not delivered and will be tried again: {Reason}")]
    partial void NotDelivered(string reason);
}

static class Webhooks
{
    static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The sender has a client of its own: retries are the delivery's, on its due date.</summary>
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton<Patience>();
        builder.Services.AddHttpClient(nameof(WebhookSender), client => client.Timeout = AttemptTimeout);
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<WebhookSender>(
            services, services.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(WebhookSender))));
    }
}
