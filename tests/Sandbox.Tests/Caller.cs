using System.Net.Http.Json;
using System.Text.Json;

namespace Tumpang.Sandbox.Tests;

/// <summary>What came back.</summary>
sealed record Reply(int Status, JsonElement Body)
{
    public string? Text(string name) => Body.ValueKind is JsonValueKind.Object && Body.TryGetProperty(name, out var value) ? value.GetString() : null;

    public string? Code => Text("code");
}

/// <summary>A customer of the providers, on the next copy at each call.</summary>
sealed class Caller(SandboxServices services)
{
    public string? ApiKey { get; init; } = services.ApiKey;

    public static string NewKey() => Guid.NewGuid().ToString();

    public Task<Reply> Charge(string cardToken, string? key, long amountMinorUnits = 1_250, string currency = "USD", string reference = "ride") =>
        Send(HttpMethod.Post, "/sandbox/payments/charges", new { amountMinorUnits, currency, cardToken, reference }, key);

    public Task<Reply> Lookup(string key) => Send(HttpMethod.Get, $"/sandbox/payments/charges?idempotencyKey={key}");

    public Task<Reply> Get(string chargeId) => Send(HttpMethod.Get, $"/sandbox/payments/charges/{chargeId}");

    public Task<Reply> Authorise(string cardToken, string? key, long amountMinorUnits = 1_250) =>
        Send(HttpMethod.Post, "/sandbox/payments/authorisations", new { amountMinorUnits, currency = "USD", cardToken, reference = "ride" }, key);

    public Task<Reply> LookupAuthorisation(string key) => Send(HttpMethod.Get, $"/sandbox/payments/authorisations?idempotencyKey={key}");

    public Task<Reply> Capture(string authorisationId, long amountMinorUnits, string? key) =>
        Send(HttpMethod.Post, $"/sandbox/payments/authorisations/{authorisationId}/captures", new { amountMinorUnits, reference = "ride" }, key);

    public Task<Reply> Void(string authorisationId, string? key) =>
        Send(HttpMethod.Post, $"/sandbox/payments/authorisations/{authorisationId}/void", null, key);

    public Task<Reply> MakeCode(string? key, long amountMinorUnits = 900, int expiresInSeconds = 300) =>
        Send(HttpMethod.Post, "/sandbox/payments/codes", new { amountMinorUnits, currency = "USD", reference = "ride", expiresInSeconds }, key);

    public Task<Reply> LookupCode(string key) => Send(HttpMethod.Get, $"/sandbox/payments/codes?idempotencyKey={key}");

    public Task<Reply> CloseCode(string key) => Send(HttpMethod.Delete, $"/sandbox/payments/codes?idempotencyKey={key}");

    public Task<Reply> PayCode(string codeId, string bank = "prompt") => Send(HttpMethod.Post, $"/sandbox/pay/{codeId}?bank={bank}");

    public Task<Reply> Refund(string chargeId, long amountMinorUnits, string? key) =>
        Send(HttpMethod.Post, "/sandbox/payments/refunds", new { chargeId, amountMinorUnits, reference = "complaint" }, key);

    public Task<Reply> LookupRefund(string key) => Send(HttpMethod.Get, $"/sandbox/payments/refunds?idempotencyKey={key}");

    public Task<Reply> Transfer(string accountNumber, string? key, long amountMinorUnits = 5_000) => Send(
        HttpMethod.Post, "/sandbox/payments/transfers",
        new { amountMinorUnits, currency = "USD", accountNumber, bankCode = "BCA", holderName = "Siti", reference = "payout" }, key);

    public Task<Reply> LookupTransfer(string key) => Send(HttpMethod.Get, $"/sandbox/payments/transfers?idempotencyKey={key}");

    public Task<Reply> Text(string to, string text, string? key = null) => Send(HttpMethod.Post, "/sandbox/sms", new { to, text }, key);

    public async Task<IReadOnlyList<string>> Inbox(string number) =>
        [.. (await Send(HttpMethod.Get, $"/sandbox/sms/{number}")).Body.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()!)];

    /// <summary>True when there was no answer within two seconds.</summary>
    /// <param name="heard">Ends when it was heard of: who gives up before that, on a busy machine, has not asked at all.</param>
    public async Task<bool> WaitsInVain(string path, object body, string? key = null, Func<Task>? heard = null)
    {
        using var patience = new CancellationTokenSource();
        try
        {
            var answer = Send(HttpMethod.Post, path, body, key, ct: patience.Token);
            if (heard is not null) await heard();
            patience.CancelAfter(TimeSpan.FromSeconds(2));
            await answer;
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public async Task<Reply> Send(HttpMethod method, string path, object? body = null, string? key = null, HttpClient? copy = null, CancellationToken ct = default)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        if (ApiKey is not null) request.Headers.Add("X-Api-Key", ApiKey);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await (copy ?? services.NextCopy).SendAsync(request, ct);
        var bytes = await response.Content.ReadAsByteArrayAsync(ct);
        return new((int)response.StatusCode, bytes.Length == 0 ? default : JsonDocument.Parse(bytes).RootElement);
    }
}

static class Race
{
    public const int Callers = 20;

    /// <summary>Twenty callers at the same moment; what each of them got.</summary>
    public static async Task<T[]> Run<T>(Func<int, Task<T>> call)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = Enumerable.Range(0, Callers).Select(async caller =>
        {
            await start.Task;
            return await call(caller);
        }).ToArray();
        start.SetResult();
        return await Task.WhenAll(calls);
    }
}

static class Eventually
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    /// <summary>Looks again until the value satisfies, and gives it back; the last look decides.</summary>
    public static async Task<T> Becomes<T>(Func<Task<T>> look, Func<T, bool> satisfies)
    {
        for (var started = DateTimeOffset.UtcNow; ;)
        {
            var value = await look();
            if (satisfies(value) || DateTimeOffset.UtcNow - started > Deadline) return value;
            await Task.Delay(50);
        }
    }
}
