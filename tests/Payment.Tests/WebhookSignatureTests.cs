using System.Security.Cryptography;
using System.Text;
using Tumpang.Payments.Provider;
using Xunit;

namespace Tumpang.Payments.Tests;

// NebengJek 7: the outcome of a payment was whatever a client declared. Here only a signed webhook is believed.
public sealed class WebhookSignatureTests
{
    const string Key = "0123456789abcdef";
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);
    static readonly byte[] Body = """{"status":"succeeded"}"""u8.ToArray();

    readonly WebhookSignature signature = new(Key, TimeProvider.System);

    [Fact]
    public void What_the_provider_signed_is_believed() => Assert.True(signature.Matches(Sign(DateTimeOffset.UtcNow), Body, Tolerance));

    [Fact]
    public void An_old_key_and_a_new_one_may_both_sign() =>
        Assert.True(signature.Matches(Sign(DateTimeOffset.UtcNow).Replace("v1=", $"v1={new string('0', 64)},v1="), Body, Tolerance));

    [Fact]
    public void A_changed_body_is_refused() => Assert.False(signature.Matches(Sign(DateTimeOffset.UtcNow), """{"status":"declined"}"""u8, Tolerance));

    [Fact]
    public void Another_key_is_refused() => Assert.False(signature.Matches(Sign(DateTimeOffset.UtcNow, "fedcba9876543210"), Body, Tolerance));

    [Theory]
    [InlineData(-6)]
    [InlineData(6)]
    public void An_old_or_future_webhook_is_refused(int minutes) =>
        Assert.False(signature.Matches(Sign(DateTimeOffset.UtcNow.AddMinutes(minutes)), Body, Tolerance));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=,v1=")]
    [InlineData("t=99999999999999999999,v1=00")]
    [InlineData("t=18446744073709551615,v1=00")]
    [InlineData("v1=zz")]
    public void A_header_that_makes_no_sense_is_refused(string? header) => Assert.False(signature.Matches(header, Body, Tolerance));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_secret_nothing_is_believed(string? secret) =>
        Assert.False(new WebhookSignature(secret, TimeProvider.System).Matches(Sign(DateTimeOffset.UtcNow, ""), Body, Tolerance));

    static string Sign(DateTimeOffset at, string key = Key)
    {
        var stamp = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes($"{stamp}.{Encoding.UTF8.GetString(Body)}"));
        return $"t={stamp},v1={Convert.ToHexStringLower(mac)}";
    }
}
