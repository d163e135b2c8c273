using System.Security.Cryptography;
using System.Text;

namespace Tumpang.Payments;

/// <summary>
/// Card tokens and bank details at rest: AES-256-GCM, stored as nonce (12 bytes), tag (16), ciphertext. The method's id is authenticated with it,
/// so that a token copied into another row does not open.
/// </summary>
internal sealed class CardTokens
{
    const int NonceLength = 12;
    const int TagLength = 16;
    readonly byte[] key;

    public CardTokens(IConfiguration configuration)
    {
        var secret = configuration["Secrets:CardTokenKey"] ?? throw new InvalidOperationException("Secrets:CardTokenKey is not set.");
        key = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    }

    public byte[] Seal(string token, Guid paymentMethodId)
    {
        var plain = Encoding.UTF8.GetBytes(token);
        var box = new byte[NonceLength + TagLength + plain.Length];
        using var cipher = new AesGcm(key, TagLength);
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceLength));
        cipher.Encrypt(
            box.AsSpan(0, NonceLength), plain, box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), paymentMethodId.ToByteArray());
        return box;
    }

    /// <summary>The token, or an exception when the row was tampered with or the key is another.</summary>
    public string Open(byte[] box, Guid paymentMethodId)
    {
        var plain = new byte[box.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(
            box.AsSpan(0, NonceLength), box.AsSpan(NonceLength + TagLength), box.AsSpan(NonceLength, TagLength), plain, paymentMethodId.ToByteArray());
        return Encoding.UTF8.GetString(plain);
    }
}
