using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What billing has set off against a fare is not collected. Fares of 12.50, counted in the provider's own books.</summary>
public sealed class CreditTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_card_pays_the_rest_and_lowering_beyond_it_gives_back_no_more()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = passenger.Fare() with { Credit = new(450, "USD") };
        await fleet.Publish(fare, Ct);
        var payment = await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((800, 800), (payment.GetProperty("amount").GetProperty("minorUnits").GetInt64(), await fleet.HeldFor(fare, Ct)));

        await fleet.Publish(fare.LoweredBy(300), Ct);
        await fleet.RefundsEnd(fare, 1, Ct);
        await fleet.Publish(fare.LoweredBy(600), Ct);

        Assert.Equal(["Succeeded", "Succeeded"], await fleet.RefundsEnd(fare, 2, Ct));
        Assert.Equal((2, 800), await fleet.RefundedFor(fare, Ct));
    }

    [Fact]
    public async Task A_fare_that_the_credit_pays_whole_settles_at_once_and_charges_nothing()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = passenger.Fare() with { Credit = new(1_250, "USD") };

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((0, 0), (await fleet.ChargesFor(fare, Ct), await fleet.AttemptsOf(fare, Ct)));
    }

    [Fact]
    public async Task A_lowering_heard_before_the_fare_takes_off_no_more_than_is_collected()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var (part, all) = (passenger.Fare() with { Credit = new(450, "USD") }, passenger.Fare() with { Credit = new(450, "USD") });
        FareAdjusted[] lowerings = [part.LoweredBy(300), all.LoweredBy(1_000)];
        await Task.WhenAll(lowerings.Select(lowering => fleet.Publish(lowering, Ct)));
        await fleet.AllAreHandled(lowerings, Ct);

        await Task.WhenAll(fleet.Publish(part, Ct), fleet.Publish(all, Ct));

        await fleet.PaymentBecomes(part, "Settled", Ct);
        await fleet.PaymentBecomes(all, "Settled", Ct);
        Assert.Equal((500, 0), (await fleet.HeldFor(part, Ct), await fleet.HeldFor(all, Ct)));
    }

    [Fact]
    public async Task What_is_not_charged_yet_is_charged_without_it()
    {
        var passenger = await fleet.PassengerWithCard("tok_insufficient_funds", Ct);
        var fare = passenger.Fare() with { Credit = new(450, "USD") };
        await fleet.Publish(fare, Ct);
        await PaymentFleet.Until(async () => await fleet.AttemptsOf(fare, Ct) >= 1, Ct);

        await fleet.Publish(fare.LoweredBy(900), Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(0, await fleet.HeldFor(fare, Ct));
    }
}
