using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>
/// A provider that hears nothing and says nothing, for longer than the limit of sends: nothing is given up of which it never knew. Once it is back the money
/// moves, once.
/// </summary>
public sealed class OutageTests(PaymentFleet fleet)
{
    /// <summary>More than PaymentFleet gives a movement, a send each.</summary>
    const int LongerThanSends = 13;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Providers => ProviderSide.All;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_charge_outlasts_an_outage(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var card = CardOf(provider);
        var fare = (await side.Passenger(card, Ct)).Fare();

        await Away(side, card, () => fleet.Publish(fare, Ct));

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((1, 1_250), await side.HeldFor(fare, Ct));
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task A_hold_outlasts_an_outage()
    {
        var card = PaymentFleet.CardOfItsOwn();
        var fare = (await fleet.PassengerWithCard(card, Ct)).Fare();

        await Away(new(fleet, "sandbox"), card, () => fleet.Publish(fare.Beginning(), Ct));

        await fleet.HoldBecomes(fare, "Authorised", Ct);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_refund_outlasts_an_outage(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var fare = (await side.Passenger(CardOf(provider), Ct)).Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);

        await Away(side, await ChargeOf(fare), () => fleet.Publish(fare.LoweredBy(250), Ct));

        Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1, 250), await side.RefundedFor(fare, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_payout_outlasts_an_outage(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var driver = await side.Driver(side.Account, Ct);
        var payout = new PayoutDue(Guid.CreateVersion7(), driver.Id, new(4_000, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

        await Away(side, payout.PayoutId.ToString(), () => fleet.Publish(payout, Ct));

        Assert.Equal("Succeeded", await fleet.PayoutEnds(payout, Ct));
        Assert.Equal((1, 4_000), await side.PaidFor(payout, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_tip_outlasts_an_outage(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var card = CardOf(provider);
        var passenger = await side.Passenger(card, Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        var tip = $"/v1/rides/{fare.RideId}/payment/tip";

        await Away(side, card, async () => Assert.Equal(HttpStatusCode.Accepted, (await passenger.Post(tip, new { amountMinorUnits = 300 }, Ct)).StatusCode));

        await PaymentFleet.Until(async () => await StatusOf(passenger, tip) is "Succeeded" or "Failed", Ct);
        Assert.Equal("Succeeded", await StatusOf(passenger, tip));
    }

    [Fact]
    public async Task A_top_up_outlasts_an_outage()
    {
        var card = PaymentFleet.CardOfItsOwn();
        var passenger = await fleet.PassengerWithCard(card, Ct);
        var topUp = new { paymentMethodId = passenger.MethodId, amountMinorUnits = 2_500, currency = "USD" };

        await Away(
            new(fleet, "sandbox"), card, async () => Assert.Equal(HttpStatusCode.Accepted, (await passenger.Post("/v1/wallet/top-ups", topUp, Ct)).StatusCode));

        await fleet.BalanceBecomes(passenger, 2_500, Ct);
    }

    /// <summary>Nothing about it comes through until it has been taken up more often than it may be sent.</summary>
    static async Task Away(ProviderSide side, string about, Func<Task> begin)
    {
        using var outage = side.Wire.Cut(about);
        await begin();
        await PaymentFleet.Until(() => Task.FromResult(outage.Swallowed >= LongerThanSends), Ct);
    }

    static string CardOf(string provider) => provider == "stripe" ? $"pm_outage_{Guid.NewGuid():N}" : PaymentFleet.CardOfItsOwn();

    async Task<string> ChargeOf(FareFinalised fare) => (await fleet.One<string>(
        "select a.provider_charge_id from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId", new { fare.RideId }, Ct))!;

    static async Task<string?> StatusOf(Person passenger, string path)
    {
        using var answer = await passenger.Get(path, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("status").GetString();
    }
}
