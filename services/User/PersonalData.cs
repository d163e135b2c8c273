using System.Security.Cryptography;
using System.Text;

namespace Tumpang.Users;

/// <summary>
/// Keeps personal data unreadable at rest. Three keys are derived from one secret: to encrypt, to find an account by its number
/// (a blind index), and to hash codes. What is stored names its key, so that a new key can be told from the old one.
/// </summary>
sealed class PersonalData
{
    const string Format = "v1";
    const int NonceLength = 12;
    const int TagLength = 16;
    const int ShortestSecret = 32;

    readonly byte[] encryptionKey;
    readonly byte[] indexKey;
    readonly byte[] codeKey;
    readonly string prefix;

    public PersonalData(IConfiguration configuration)
    {
        var secret = configuration["Secrets:PersonalDataKey"];
        if (secret is not { Length: >= ShortestSecret })
        {
            throw new InvalidOperationException($"Secrets:PersonalDataKey is not set, or shorter than {ShortestSecret} characters.");
        }

        (encryptionKey, indexKey, codeKey) = (Derive(secret, "encryption"), Derive(secret, "phone index"), Derive(secret, "one-time code"));
        prefix = $"{Format}.{Convert.ToHexStringLower(Derive(secret, "key id"))[..8]}.";
    }

    /// <summary>The text encrypted for one column of one user; moved to another row or column it no longer opens.</summary>
    public string Protect(string text, Guid userId, string column)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[NonceLength + TagLength + plain.Length];
        RandomNumberGenerator.Fill(Nonce(sealedBytes));
        using var aes = new AesGcm(encryptionKey, TagLength);
        aes.Encrypt(Nonce(sealedBytes), plain, Cipher(sealedBytes), Tag(sealedBytes), Place(userId, column));
        return prefix + Convert.ToBase64String(sealedBytes);
    }

    /// <summary>The text again. Throws when the key is another one or the value was tampered with.</summary>
    public string Reveal(string stored, Guid userId, string column)
    {
        if (!stored.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw new CryptographicException("The value was encrypted under another key than Secrets:PersonalDataKey.");
        }

        var sealedBytes = Convert.FromBase64String(stored[prefix.Length..]);
        var plain = new byte[sealedBytes.Length - NonceLength - TagLength];
        using var aes = new AesGcm(encryptionKey, TagLength);
        aes.Decrypt(Nonce(sealedBytes), Cipher(sealedBytes), Tag(sealedBytes), plain, Place(userId, column));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>Finds the account of a number without storing the number.</summary>
    public byte[] IndexOf(PhoneNumber phone) => HMACSHA256.HashData(indexKey, Encoding.UTF8.GetBytes(phone.E164));

    /// <summary>A code as it is kept: useless for another number or purpose, and a million guesses need the key.</summary>
    public byte[] DigestOf(PhoneNumber phone, string purpose, string code) => HMACSHA256.HashData(codeKey, Encoding.UTF8.GetBytes($"{purpose}\n{phone.E164}\n{code}"));

    static byte[] Place(Guid userId, string column) => Encoding.UTF8.GetBytes($"{userId:N}.{column}");

    static Span<byte> Nonce(byte[] sealedBytes) => sealedBytes.AsSpan(0, NonceLength);

    static Span<byte> Tag(byte[] sealedBytes) => sealedBytes.AsSpan(NonceLength, TagLength);

    static Span<byte> Cipher(byte[] sealedBytes) => sealedBytes.AsSpan(NonceLength + TagLength);

    static byte[] Derive(string secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: Encoding.UTF8.GetBytes($"tumpang personal data: {purpose}"));
}
