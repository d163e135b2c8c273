using System.Net;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Tumpang.Payments.Tests;

// NebengJek 7: the outcome of a payment was declared by the client: no provider, no signature, no callback.
public sealed class WebhookTests(PaymentFleet fleet) : IDisposable
{
    IDisposable? waiting;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => waiting?.Dispose();

    [Fact]
    public async Task A_forged_or_old_webhook_pays_nothing()
    {
        var fare = await UndecidedFare();
        var body = Body(await fleet.OpenAttemptOf(fare, Ct), "succeeded");
        var now = DateTimeOffset.UtcNow;

        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, Sign(body, now, "the wrong key")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body.Replace("succeeded", "declined"), Sign(body, now)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, Sign(body, now.AddMinutes(-6))));
        Assert.Equal(1, await fleet.OpenAttempts([fare], Ct));
    }

    // NebengJek 15, 29: the same news twenty times, at once, on two copies.
    [Fact]
    public async Task Twenty_webhooks_at_once_settle_once()
    {
        var fare = await UndecidedFare();
        var body = Body(await fleet.OpenAttemptOf(fare, Ct), "succeeded");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Send(body, Sign(body, DateTimeOffset.UtcNow))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer));
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task What_has_ended_stays_ended_whatever_comes_later()
    {
        var fare = await UndecidedFare();
        var attempt = await fleet.OpenAttemptOf(fare, Ct);
        var (succeeded, declined) = (Body(attempt, "succeeded"), Body(attempt, "declined"));

        Assert.Equal(HttpStatusCode.NoContent, await Send(succeeded, Sign(succeeded, DateTimeOffset.UtcNow)));
        Assert.Equal(HttpStatusCode.NoContent, await Send(declined, Sign(declined, DateTimeOffset.UtcNow)));

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task Signed_nonsense_is_malformed_and_signed_news_of_nobody_is_ignored()
    {
        var nobody = Body(Guid.CreateVersion7(), "succeeded");

        Assert.Equal(HttpStatusCode.BadRequest, await Send("[]", Sign("[]", DateTimeOffset.UtcNow)));
        Assert.Equal(HttpStatusCode.NoContent, await Send(nobody, Sign(nobody, DateTimeOffset.UtcNow)));
    }

    /// <summary>A fare of whose charge nothing is known until the test is over.</summary>
    async Task<Contracts.FareFinalised> UndecidedFare()
    {
        var card = PaymentFleet.CardOfItsOwn();
        waiting = fleet.Wire.Hold(card);
        var passenger = await fleet.PassengerWithCard(card, Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.SomeAreSent([fare], 1, Ct);
        return fare;
    }

    static string Body(Guid attemptId, string status) =>
        $$"""{"webhookId":"{{Guid.CreateVersion7()}}","type":"charge.{{status}}","chargeId":"test","status":"{{status}}","idempotencyKey":"{{attemptId}}"}""";

    static string Sign(string body, DateTimeOffset at, string? key = null)
    {
        var stamp = at.ToUnixTimeSeconds();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key ?? PaymentFleet.WebhookSigningKey), Encoding.UTF8.GetBytes($"{stamp}.{body}"));
        return $"t={stamp},v1={Convert.ToHexStringLower(mac)}";
    }

    async Task<HttpStatusCode> Send(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhooks/sandbox");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (signature is not null)
        {
            request.Headers.Add("Sandbox-Signature", signature);
        }

        using var answer = await fleet.AnyCopy.SendAsync(request, Ct);
        return answer.StatusCode;
    }
}
