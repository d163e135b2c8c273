using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Tumpang.Users.Tests;

public sealed class PersonalDataTests
{
    static readonly Guid User = Guid.CreateVersion7();
    static readonly PhoneNumber Phone = PhoneNumber.Parse("+12125550123")!.Value;
    readonly PersonalData data = Under(new string('a', 64));

    [Theory]
    [InlineData("")]
    [InlineData("+12125550123")]
    [InlineData("Siti Nurhaliza 💐")]
    public void What_was_protected_can_be_read_again_and_not_without_the_key(string text)
    {
        var stored = data.Protect(text, User, Columns.FullName);

        Assert.Equal(text, data.Reveal(stored, User, Columns.FullName));
        Assert.Matches(@"^v1\.[0-9a-f]{8}\.", stored);
        Assert.True(text.Length == 0 || !Encoding.UTF8.GetString(Convert.FromBase64String(stored.Split('.')[2])).Contains(text, StringComparison.Ordinal));
        Assert.ThrowsAny<CryptographicException>(() => Under(new string('b', 64)).Reveal(stored, User, Columns.FullName));
    }

    [Fact]
    public void The_same_text_never_looks_the_same() =>
        Assert.NotEqual(data.Protect("Budi", User, Columns.FullName), data.Protect("Budi", User, Columns.FullName));

    [Fact]
    public void A_value_moved_to_another_row_or_column_or_changed_by_a_bit_does_not_open()
    {
        var stored = data.Protect("Budi", User, Columns.FullName);
        Assert.ThrowsAny<CryptographicException>(() => data.Reveal(stored, Guid.CreateVersion7(), Columns.FullName));
        Assert.ThrowsAny<CryptographicException>(() => data.Reveal(stored, User, Columns.Email));
        Assert.All(
            Enumerable.Range(0, 8 * BytesOf(stored).Length),
            bit => Assert.ThrowsAny<CryptographicException>(() => data.Reveal(WithBitFlipped(stored, bit), User, Columns.FullName)));
    }

    static byte[] BytesOf(string stored) => Convert.FromBase64String(stored[(stored.LastIndexOf('.') + 1)..]);

    /// <summary>In the bytes, not in the letters: the last letter of base64 has bits that mean nothing.</summary>
    static string WithBitFlipped(string stored, int bit)
    {
        var bytes = BytesOf(stored);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return stored[..(stored.LastIndexOf('.') + 1)] + Convert.ToBase64String(bytes);
    }

    [Fact]
    public void A_number_is_found_by_an_index_that_says_nothing_about_it()
    {
        Assert.Equal(data.IndexOf(Phone), data.IndexOf(PhoneNumber.Parse("+1 212 555 0123")!.Value));
        Assert.NotEqual(data.IndexOf(Phone), data.IndexOf(PhoneNumber.Parse("+12125550124")!.Value));
        Assert.NotEqual(data.IndexOf(Phone), SHA256.HashData("+12125550123"u8));
    }

    // NebengJek 1: whoever read its Redis had every code.
    [Fact]
    public void The_digest_of_a_code_is_good_for_one_number_and_one_purpose()
    {
        var digest = data.DigestOf(Phone, "login", "123456");

        Assert.Equal(digest, data.DigestOf(Phone, "login", "123456"));
        Assert.NotEqual(digest, data.DigestOf(Phone, "login", "123457"));
        Assert.NotEqual(digest, data.DigestOf(Phone, "delete", "123456"));
        Assert.NotEqual(digest, data.DigestOf(PhoneNumber.Parse("+12125550124")!.Value, "login", "123456"));
    }

    [Fact]
    public void A_short_secret_stops_the_start() => Assert.Throws<InvalidOperationException>(() => Under("short"));

    static PersonalData Under(string secret) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:PersonalDataKey", secret)]).Build());
}
