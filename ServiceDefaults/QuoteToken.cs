using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults;

/// <summary>A binding price until it expires. Travels in a signed token, so that quoting needs no database row.</summary>
/// <param name="QuoteId">Unique; one ride request at most may use it.</param>
/// <param name="PassengerId">Only this passenger may use it.</param>
/// <param name="PolicyId">The fare policy behind it, with its version.</param>
/// <param name="DistanceMetres">By road, estimated.</param>
/// <param name="DurationSeconds">By road, estimated.</param>
/// <param name="Breakdown">Lines that sum exactly to <paramref name="Fare"/>.</param>
/// <param name="ExpiresAt">Until when it can be used, city time.</param>
/// <param name="PickupAt">The time of pickup that it is for, city time; null for at once.</param>
public sealed record Quote(
    Guid QuoteId, Guid PassengerId, string CityId, VehicleClass VehicleClass, GeoPoint Pickup, GeoPoint DropOff, Guid PolicyId, int PolicyVersion,
    int DistanceMetres, int DurationSeconds, Money Fare, IReadOnlyList<FareLine> Breakdown, DateTimeOffset QuotedAt, DateTimeOffset ExpiresAt,
    DateTimeOffset? PickupAt = null);

/// <summary>One line of a fare's breakdown.</summary>
/// <param name="Code">Stable kebab-case code, for example base, distance, time, minimum, night, tax.</param>
/// <param name="AmountMinorUnits">In the fare's currency; discounts are negative.</param>
public readonly record struct FareLine(string Code, long AmountMinorUnits);

/// <summary>Signs quotes (billing) and reads them back (match, billing): HMAC-SHA256 over the JSON, base64url.</summary>
public sealed class QuoteToken
{
    const int SignatureLength = 32;
    readonly byte[] key;

    public QuoteToken(IConfiguration configuration)
    {
        var secret = configuration["Secrets:QuoteSigningKey"] ?? throw new InvalidOperationException("Secrets:QuoteSigningKey is not set.");
        key = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    }

    /// <summary>The quote as an opaque token.</summary>
    public string Sign(Quote quote)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(quote, Json.Options);
        var token = new byte[SignatureLength + payload.Length];
        HMACSHA256.HashData(key, payload, token.AsSpan(0, SignatureLength));
        payload.CopyTo(token, SignatureLength);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The quote in a token; null when it was not signed by us. Whether it has expired is the caller's to check.</summary>
    public Quote? Read(string token)
    {
        if (!Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: > SignatureLength } bytes)
        {
            return null;
        }

        Span<byte> expected = stackalloc byte[SignatureLength];
        HMACSHA256.HashData(key, bytes.AsSpan(SignatureLength), expected);
        return CryptographicOperations.FixedTimeEquals(expected, bytes.AsSpan(0, SignatureLength))
            ? JsonSerializer.Deserialize<Quote>(bytes.AsSpan(SignatureLength), Json.Options)
            : null;
    }
}
