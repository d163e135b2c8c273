using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What tests of cancellations ask of billing.</summary>
static class Cancellations
{
    static int bands;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What this side is shown that cancelling now would cost.</summary>
    public static async Task<JsonElement> PreviewCancellation(this BillingFleet fleet, Ride ride, Guid user, string? reason = null)
    {
        using var request = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/cancellation-fee{(reason is null ? "" : $"?reason={reason}")}", user);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    /// <summary>A tariff of nobody's hours, so that only quotes of the test are made under it; and it reads as it was written.</summary>
    public static async Task<Guid> PublishCancellation(this BillingFleet fleet, string cancellation)
    {
        using var request = fleet.OperatorRequest(HttpMethod.Post, "/v1/ops/fare-policies", JsonNode.Parse($$"""
            {
              "name": "phases", "cityId": "nyc", "vehicleClass": "Premium", "mode": "Metered", "tariff": "Linear", "baseMinorUnits": 0, "active": false,
              "band": {"name": "phases-{{Interlocked.Increment(ref bands)}}", "from": "01:00", "to": "02:00"}, "time": {"minorUnits": 0, "unitSeconds": 60},
              "distance": {"minorUnits": 100, "unitMicrometres": 1000000000}, "commission": {"basisPoints": 1000}, "cancellation": {{cancellation}}
            }
            """));
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var policy = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(cancellation), JsonNode.Parse(policy.GetProperty("policy").GetProperty("cancellation").GetRawText())));
        return policy.GetProperty("policyId").GetGuid();
    }
}
