using Polly.CircuitBreaker;
using Polly.Timeout;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>The company that sends our text messages.</summary>
sealed class SmsProvider(HttpClient http)
{
    /// <summary>True when the provider took the message.</summary>
    public Task<bool> Send(PhoneNumber to, string text, CancellationToken ct) => Send(to, text, Guid.CreateVersion7().ToString(), ct);

    /// <summary>True when the provider took the message. Each message has a key, so that a repeated call sends it once.</summary>
    public async Task<bool> Send(PhoneNumber to, string text, string key, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sandbox/sms") { Content = JsonContent.Create(new { to = to.E164, text }) };
        request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var response = await http.SendAsync(request, ct);
            return response.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutRejectedException or BrokenCircuitException)
        {
            return false;
        }
    }
}

static class SmsProviderExtensions
{
    /// <summary>The provider at Sms:BaseUrl, or else the sandbox, each client on the next of its copies.</summary>
    public static void AddSmsProvider(this WebApplicationBuilder builder)
    {
        var sandbox = new ServiceAddresses(builder.Configuration, "sandbox");
        var configured = builder.Configuration.GetValue<Uri>("Sms:BaseUrl");
        builder.AddOutsideClient<SmsProvider>("sms", configured ?? sandbox.Next()).ConfigureHttpClient(client =>
        {
            client.BaseAddress = configured ?? sandbox.Next();
            client.DefaultRequestHeaders.Add("X-Api-Key", builder.Configuration["Secrets:ProviderApiKey"]);
        });
    }
}
