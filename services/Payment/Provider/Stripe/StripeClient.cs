using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tumpang.Payments.Provider.Stripe;

/// <summary>What came back: an object, a refusal that is about the request itself, or nothing that tells whether it was carried out.</summary>
internal sealed record StripeAnswer<T>(T? Object = null, StripeError? Refusal = null, ProviderAnswer? Unknown = null)
    where T : class;

/// <summary>
/// Stripe's HTTP: forms in, JSON out, an idempotency key with everything that changes something. One request, one answer; repeating is the worker's.
/// </summary>
internal sealed partial class StripeClient(HttpClient http, ILogger<StripeClient> logger)
{
    const string IdempotencyError = "idempotency_error";

    public Task<StripeAnswer<T>> Get<T>(string path, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class => Send(new(HttpMethod.Get, path), type, ct);

    /// <param name="key">The same for every repetition, with the same form.</param>
    public Task<StripeAnswer<T>> Post<T>(string path, string key, IEnumerable<(string Name, object Value)> form, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var fields = form.Select(field => KeyValuePair.Create(field.Name, Convert.ToString(field.Value, CultureInfo.InvariantCulture)!));
        var message = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        message.Headers.Add("Idempotency-Key", key);
        return Send(message, type, ct);
    }

    async Task<StripeAnswer<T>> Send<T>(HttpRequestMessage message, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        try
        {
            using (message)
            using (var response = await http.SendAsync(message, ct))
            {
                return response.IsSuccessStatusCode
                    ? new(await response.Content.ReadFromJsonAsync(type, ct) ?? throw new JsonException("An object was expected."))
                    : await Refused<T>(response, ct);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return new(Unknown: new ProviderAnswer.Silent());
        }
    }

    /// <summary>
    /// 400, 402 and 404 are about the request, and stay so under its key. 401 and 403 are about us, 409 and 429 about the moment, and after a 5xx anything
    /// may have happened.
    /// </summary>
    async Task<StripeAnswer<T>> Refused<T>(HttpResponseMessage response, CancellationToken ct)
        where T : class
    {
        var isAboutTheRequest = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound;
        var error = isAboutTheRequest ? (await response.Content.ReadFromJsonAsync(StripeJson.Default.StripeFailure, ct))?.Error : null;
        if (error is { Type: not IdempotencyError })
        {
            return new(Refusal: error);
        }

        Failed((int)response.StatusCode, error?.Type, RequestId(response));
        return new(Unknown: new ProviderAnswer.Failed());
    }

    static string? RequestId(HttpResponseMessage response) => response.Headers.TryGetValues("Request-Id", out var ids) ? ids.First() : null;

    [LoggerMessage(LogLevel.Warning, "Stripe answered {Status} {Type} to request {RequestId}")]
    partial void Failed(int status, string? type, string? requestId);
}
