using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Tumpang.Payments.Tests;

public sealed class DescriptionTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>All of them are called Request in the code: one schema would stand for all.</summary>
    [Theory]
    [InlineData("/v1/payment-methods", "AddPaymentMethodRequest")]
    [InlineData("/v1/rides/{rideId}/payment/retry", "RetryPaymentRequest")]
    public async Task Every_use_case_describes_its_own_request(string path, string schema)
    {
        var document = await fleet.AnyCopy.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Ct);

        var body = document.GetProperty("paths").GetProperty(path).GetProperty("post").GetProperty("requestBody");
        Assert.Equal($"#/components/schemas/{schema}", body.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
    }
}
