using System.Buffers.Text;
using System.Security.Cryptography;

namespace Tumpang.Rides;

/// <summary>What makes a link open a ride: 256 random bits, of which only the hash is stored.</summary>
static class ShareToken
{
    const int Length = 32;

    /// <summary>A new one, as it stands in a link.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Length));

    /// <summary>The link, below the gateway's address.</summary>
    public static string PathOf(string token) => $"/v1/shared-rides/{token}";

    /// <summary>What is stored of it; null when it cannot be a token of ours.</summary>
    public static byte[]? HashOf(string token) =>
        token.Length <= 2 * Length && Base64Url.IsValid(token, out var length) && length == Length ? SHA256.HashData(Base64Url.DecodeFromChars(token)) : null;
}
