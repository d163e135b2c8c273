using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tumpang.Payments.Provider;

/// <summary>
/// Reads the header <c>t=unix seconds, v1=hex HMAC-SHA256 of "t.body"</c>. The timestamp is signed too, so that an old, overheard
/// webhook cannot be played again; several v1 values allow a change of key.
/// </summary>
/// <param name="secret">What the provider signs with; where there is none, nothing matches.</param>
internal sealed class WebhookSignature(string? secret, TimeProvider system)
{
    readonly byte[] key = Encoding.UTF8.GetBytes(secret ?? "");

    /// <summary>True when a holder of the key signed exactly this body, not longer ago than <paramref name="tolerance"/> (system time).</summary>
    public bool Matches(string? header, ReadOnlySpan<byte> body, TimeSpan tolerance)
    {
        var parts = (header ?? "").Split(',', StringSplitOptions.TrimEntries);
        var stamp = parts.FirstOrDefault(part => part.StartsWith("t=", StringComparison.Ordinal))?[2..];
        if (key.Length == 0 || !long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds > uint.MaxValue
            || (system.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(seconds)).Duration() > tolerance)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, [.. Encoding.UTF8.GetBytes($"{stamp}."), .. body], expected);
        var matches = false;
        foreach (var part in parts)
        {
            matches |= part.StartsWith("v1=", StringComparison.Ordinal) && IsHexOf(expected, part.AsSpan(3));
        }

        return matches;
    }

    static bool IsHexOf(ReadOnlySpan<byte> expected, ReadOnlySpan<char> hex)
    {
        Span<byte> shown = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return hex.Length == shown.Length * 2
            && Convert.FromHexString(hex, shown, out _, out _) is System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(expected, shown);
    }
}
