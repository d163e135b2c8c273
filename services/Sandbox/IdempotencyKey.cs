using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>The caller's name for one request; null when it is missing or too long.</summary>
sealed record IdempotencyKey(string Value)
{
    const int Longest = 255;

    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext http, ParameterInfo parameter) =>
        ValueTask.FromResult(http.Request.Headers["Idempotency-Key"] is [{ Length: > 0 and <= Longest } key] ? new IdempotencyKey(key) : null);

    /// <summary>Tells a repetition from another request under the same key.</summary>
    public static byte[] HashOf<TRequest>(TRequest request) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Options));
}
