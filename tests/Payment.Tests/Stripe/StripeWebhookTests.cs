using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Tumpang.Payments.Tests.Stripe;

// NebengJek 7: the outcome of a payment was declared by the client. Stripe's events are believed for their signature alone.
public sealed class StripeWebhookTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_forged_or_old_event_pays_nothing()
    {
        var (fare, attempt) = await Undecided();
        var body = RecordedStripe.EventOf("payment_intent.succeeded", await Intent(attempt, "succeeded"));
        var now = DateTimeOffset.UtcNow;

        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, null));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, RecordedStripe.Sign(body, now, "whsec_other")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, RecordedStripe.Sign(body, now, PaymentFleet.WebhookSigningKey)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body.Replace("1250", "1"), RecordedStripe.Sign(body, now)));
        Assert.Equal(HttpStatusCode.Unauthorized, await Send(body, RecordedStripe.Sign(body, now.AddMinutes(-6))));
        Assert.Equal(1, await fleet.OpenAttempts([fare], Ct));
    }

    [Fact]
    public async Task Twenty_events_at_once_settle_once_and_what_has_ended_stays()
    {
        var (fare, attempt) = await Undecided();
        var succeeded = RecordedStripe.EventOf("payment_intent.succeeded", await Intent(attempt, "succeeded"));
        var failed = RecordedStripe.EventOf("payment_intent.payment_failed", await Intent(attempt, "requires_payment_method"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Send(succeeded, RecordedStripe.Sign(succeeded, DateTimeOffset.UtcNow))));
        await Send(failed, RecordedStripe.Sign(failed, DateTimeOffset.UtcNow));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer));
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task News_of_another_intent_than_the_one_that_was_named_changes_nothing()
    {
        var (fare, attempt) = await Undecided();
        var other = await Intent(attempt, "canceled");
        other["id"] = "pi_made_by_somebody_else";
        var body = RecordedStripe.EventOf("payment_intent.canceled", other);

        Assert.Equal(HttpStatusCode.NoContent, await Send(body, RecordedStripe.Sign(body, DateTimeOffset.UtcNow)));

        Assert.Equal(1, await fleet.OpenAttempts([fare], Ct));
    }

    [Theory]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"id":"evt_1","type":"payment_intent.succeeded"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"id":"evt_2","type":"balance.available","data":{"object":{"object":"balance"}}}""", HttpStatusCode.NoContent)]
    [InlineData("""{"id":"evt_3","type":"payout.paid","data":{"object":{"id":"po_1","object":"payout","status":"paid"}}}""", HttpStatusCode.NoContent)]
    [InlineData("""{"id":"evt_4","type":"x","data":{"object":{"id":"pi_1","object":"payment_intent","status":"succeeded"}}}""", HttpStatusCode.NoContent)]
    [InlineData("""{"id":"evt_6","type":"x","data":{"object":{"id":7,"object":"payment_intent"}}}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"id":"evt_5","type":"refund.updated","data":{"object":{"object":"refund"}}}""", HttpStatusCode.NoContent)]
    public async Task Signed_nonsense_is_malformed_and_what_is_not_about_us_is_received(string body, HttpStatusCode status) =>
        Assert.Equal(status, await Send(body, RecordedStripe.Sign(body, DateTimeOffset.UtcNow)));

    /// <summary>Without any event, asking decides.</summary>
    [Fact]
    public async Task Where_no_event_comes_the_intent_is_asked()
    {
        var fare = (await fleet.PassengerWithCard("pm_processing_silent", Ct, "stripe")).Fare();

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    /// <summary>A fare whose charge Stripe has not decided.</summary>
    async Task<(Contracts.FareFinalised Fare, Guid Attempt)> Undecided()
    {
        var fare = (await fleet.PassengerWithCard("pm_processing_for_ever", Ct, "stripe")).Fare();
        await fleet.Publish(fare, Ct);
        await fleet.SomeAreSent([fare], 1, Ct);
        var attempt = await fleet.OpenAttemptOf(fare, Ct);
        await PaymentFleet.Until(() => Task.FromResult(fleet.Stripe.Books.IntentsOf(attempt).Count == 1), Ct);
        return (fare, attempt);
    }

    /// <summary>The attempt's intent as an event would tell of it.</summary>
    async Task<JsonObject> Intent(Guid attempt, string status)
    {
        await PaymentFleet.Until(() => Task.FromResult(fleet.Stripe.Books.IntentsOf(attempt).Count == 1), Ct);
        return new()
        {
            ["id"] = fleet.Stripe.Books.IntentsOf(attempt)[0],
            ["object"] = "payment_intent",
            ["amount"] = 1250,
            ["status"] = status,
            ["last_payment_error"] = status == "requires_payment_method" ? new JsonObject { ["type"] = "card_error", ["code"] = "card_declined" } : null,
            ["metadata"] = new JsonObject { ["attempt_id"] = attempt.ToString() },
        };
    }

    async Task<HttpStatusCode> Send(string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/webhooks/stripe");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (signature is not null)
        {
            request.Headers.Add("Stripe-Signature", signature);
        }

        using var answer = await fleet.AnyCopy.SendAsync(request, Ct);
        return answer.StatusCode;
    }
}
