using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Tumpang.Contracts;

namespace Tumpang.Payments.Tests;

/// <summary>Somebody with a phone: calls the copies of payment in turn, under their own token.</summary>
public sealed class Person(PaymentFleet fleet, Guid id, string token)
{
    public Guid Id => id;

    /// <summary>The provider that is chosen where they add cards and bank accounts.</summary>
    public string Provider { get; set; } = "sandbox";

    /// <summary>The method that they added first.</summary>
    public Guid MethodId { get; private set; }

    PaymentMethodKind Kind { get; set; }

    public async Task<Guid> AddCard(string cardToken, CancellationToken ct) =>
        await Add(PaymentMethodKind.Card, new { kind = "Card", cardToken = Provider == "stripe" ? $"{cardToken}_of_{id}" : cardToken }, ct);

    public async Task<Guid> AddCash(CancellationToken ct) => await Add(PaymentMethodKind.Cash, new { kind = "Cash" }, ct);

    public async Task<Guid> AddWallet(CancellationToken ct) => await Add(PaymentMethodKind.Wallet, new { kind = "Wallet" }, ct);

    public async Task<Guid> AddCode(CancellationToken ct) => await Add(PaymentMethodKind.Qr, new { kind = "Qr" }, ct);

    /// <summary>What billing would say after a ride of theirs, paid with their first method.</summary>
    public FareFinalised Fare(long minorUnits = 1_250) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), id, Guid.CreateVersion7(), FareKind.Ride, new(minorUnits, "USD"), new(minorUnits / 10, "USD"),
        new(minorUnits - (minorUnits / 10), "USD"), Money.Zero("USD"), 2_000, 600, new(MethodId, Kind))
    { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    public Task<HttpResponseMessage> Get(string path, CancellationToken ct) => Send(HttpMethod.Get, path, null, null, ct);

    /// <summary>From another service than payment.</summary>
    public Task<HttpResponseMessage> Get(string path, HttpClient service, CancellationToken ct) => Send(HttpMethod.Get, path, null, null, ct, service);

    public Task<HttpResponseMessage> Put(string path, CancellationToken ct) => Send(HttpMethod.Put, path, null, null, ct);

    public Task<HttpResponseMessage> PutJson(string path, object body, CancellationToken ct) => Send(HttpMethod.Put, path, JsonSerializer.Serialize(body), null, ct);

    public Task<HttpResponseMessage> Delete(string path, CancellationToken ct) => Send(HttpMethod.Delete, path, null, null, ct);

    public Task<HttpResponseMessage> Post(string path, object? body, CancellationToken ct) =>
        Send(HttpMethod.Post, path, body is null ? null : JsonSerializer.Serialize(body), null, ct);

    public Task<HttpResponseMessage> PostJson(string path, string body, string? idempotencyKey, CancellationToken ct) =>
        Send(HttpMethod.Post, path, body, idempotencyKey, ct);

    async Task<Guid> Add(PaymentMethodKind kind, object body, CancellationToken ct)
    {
        var answer = (await Post("/v1/payment-methods", body, ct)).EnsureSuccessStatusCode();
        var added = (await answer.Content.ReadFromJsonAsync<JsonElement>(ct)).GetProperty("paymentMethodId").GetGuid();
        if (MethodId == Guid.Empty)
        {
            (MethodId, Kind) = (added, kind);
        }

        return added;
    }

    /// <summary>Whether what is added there belongs to a provider.</summary>
    static bool IsKeptFor(string path) => path is "/v1/payment-methods" or "/v1/me/bank-account";

    async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? body, string? idempotencyKey, CancellationToken ct, HttpClient? service = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await (service ?? (Provider == "stripe" && IsKeptFor(path) ? fleet.StripeCopy : fleet.AnyCopy)).SendAsync(request, ct);
    }
}
