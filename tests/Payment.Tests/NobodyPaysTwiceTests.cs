using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>Whatever the network, the provider and the machines do: one fare, one charge. Charges are counted in the provider's own books.</summary>
public sealed class NobodyPaysTwiceTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // NebengJek 20, 29: a redelivered message inserted a second ledger row. Here the same fact, and the same fare told anew, 40 times at two copies.
    [Fact]
    public async Task A_fare_told_forty_times_is_charged_once()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = passenger.Fare();

        var anew = Enumerable.Range(0, 20).Select(_ => fare with { EventId = Guid.CreateVersion7() }).ToList();

        await Task.WhenAll(anew.Concat(Enumerable.Repeat(fare, 20)).Select(told => fleet.Publish(told, Ct)));

        await fleet.AllAreHandled([fare, .. anew], Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((1, 1), (await fleet.OrdersOf(fare, Ct), await fleet.ChargesFor(fare, Ct)));
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    // NebengJek 30: a call whose answer was lost was sent again without a key.
    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_error_after_charge")]
    [InlineData("tok_delay")]
    public async Task A_charge_whose_answer_is_lost_is_asked_about_and_not_repeated(string cardToken)
    {
        var passenger = await fleet.PassengerWithCard(cardToken, Ct);
        var fare = passenger.Fare();

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Theory]
    [InlineData("tok_pending")]
    [InlineData("tok_webhook_twice")]
    [InlineData("tok_webhook_late")]
    public async Task A_webhook_that_comes_twice_or_late_settles_once(string cardToken)
    {
        var passenger = await fleet.PassengerWithCard(cardToken, Ct);
        var fare = passenger.Fare();

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        await fleet.WebhooksAreDelivered(fare, Ct);
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
    }

    [Fact]
    public async Task A_provider_that_always_fails_is_given_up_without_a_charge()
    {
        var passenger = await fleet.PassengerWithCard("tok_error", Ct);
        var fare = passenger.Fare();

        await fleet.Publish(fare, Ct);

        var payment = await fleet.PaymentBecomes(fare, "Owed", Ct);
        Assert.Equal("provider-error", payment.GetProperty("failureCode").GetString());
        Assert.Equal(0, await fleet.ChargesFor(fare, Ct));
    }

    // NebengJek 29: a message that cannot be handled was simply retried.
    [Fact]
    public async Task A_message_that_makes_no_sense_does_not_hold_up_the_next()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = passenger.Fare();

        await fleet.PublishRaw(typeof(FareFinalised), """{"fareId":"not a guid"}""", Ct);
        await fleet.PublishRaw(typeof(FareFinalised), "{}", Ct);
        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
    }
}
