using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Tumpang.Users.Tests;

/// <summary>What came back.</summary>
sealed record Reply(int Status, JsonElement Body, HttpResponseHeaders Headers)
{
    public string? Code => Text("code");

    public string? Field => Text("field");

    public string? Text(string name) => Body.ValueKind is JsonValueKind.Object && Body.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>A phone with a number of its own: every test has its own users, and none waits for another's.</summary>
sealed partial class Phone(UserServices services)
{
    static int numbers = Random.Shared.Next(1_000_000, 2_000_000);

    public string Number { get; init; } = $"+1646{Interlocked.Increment(ref numbers):0000000}";

    public Guid UserId { get; private set; }

    public string AccessToken { get; private set; } = "";

    public string RefreshToken { get; private set; } = "";

    public Task<Reply> RequestCode() => Send(HttpMethod.Post, "/v1/otp", new { phoneNumber = Number });

    public Task<Reply> Guess(string code) => Send(HttpMethod.Post, "/v1/sessions", new { phoneNumber = Number, code });

    public Task<Reply> Refresh(string refreshToken, string? key = null) => Send(HttpMethod.Post, "/v1/sessions/refresh", new { refreshToken }, key);

    public Task<Reply> Register(string plate, string type = "Car", string vehicleClass = "Standard", string? key = null) =>
        Send(HttpMethod.Post, "/v1/me/driver", new { vehicle = new { type, plate, @class = vehicleClass } }, key);

    /// <summary>The code in the newest message, as its owner would read it.</summary>
    public async Task<string> ReadCode()
    {
        var inbox = await services.Sandbox.GetFromJsonAsync<JsonElement>($"/sandbox/sms/{Uri.EscapeDataString(Number)}");
        return SixDigits().Match(inbox.GetProperty("messages")[0].GetProperty("text").GetString()!).Value;
    }

    public async Task<Phone> LogIn()
    {
        Assert.Equal(202, (await RequestCode()).Status);
        return Keep(await Guess(await ReadCode()));
    }

    public async Task<Phone> RefreshSession() => Keep(await Refresh(RefreshToken));

    public async Task<Reply> Send(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        if (AccessToken.Length > 0) request.Headers.Authorization = new("Bearer", AccessToken);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var response = await services.NextCopy.SendAsync(request);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        return new((int)response.StatusCode, bytes.Length == 0 ? default : JsonDocument.Parse(bytes).RootElement, response.Headers);
    }

    Phone Keep(Reply session)
    {
        Assert.Equal(200, session.Status);
        (UserId, AccessToken, RefreshToken) = (session.Body.GetProperty("userId").GetGuid(), session.Text("accessToken")!, session.Text("refreshToken")!);
        return this;
    }

    [GeneratedRegex("[0-9]{6}", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex SixDigits();
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
