using Xunit;

namespace Tumpang.Payments.Tests;

public sealed class PaymentOptionsTests
{
    // Found, looked at, named, confirmed, cancelled: Stripe's longest exchange.
    [Fact]
    public void A_lease_outlasts_five_requests()
    {
        Assert.True(new PaymentOptions().LeaseOutlastsAnExchange);
        Assert.False(new PaymentOptions { ProviderTimeout = TimeSpan.FromSeconds(5), Lease = TimeSpan.FromSeconds(25) }.LeaseOutlastsAnExchange);
    }

    [Theory]
    [InlineData("1234", "4")]
    [InlineData("12345678", "78")]
    [InlineData("DE89370400440532013000", "3000")]
    public void No_more_than_a_third_of_an_account_number_is_shown(string number, string shown) =>
        Assert.Equal(shown, new BankDetails("Siti", "BCA", number).EndsWith);
}
