using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>
/// The exchange with a provider breaks at every point, as it is sent and as it is asked about. Nobody is charged, paid back or paid out twice, and nobody is
/// forgotten. NebengJek 20, 30.
/// </summary>
public sealed class EveryBreakTests(PaymentFleet fleet)
{
    static readonly Break[] Breaks = Enum.GetValues<Break>();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Providers => ProviderSide.All;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task However_it_breaks_a_charge_is_made_once(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        await Task.WhenAll(Breaks.Select(async how =>
        {
            var fare = (await side.Passenger(side.Good, Ct)).Fare(AmountOf(how));

            await fleet.Publish(fare, Ct);

            await fleet.PaymentBecomes(fare, "Settled", Ct);
            var (charges, held) = await side.HeldFor(fare, Ct);
            Assert.Equal((how, 1, AmountOf(how)), (how, charges, held));
            Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
            Assert.True(side.Wire.Broken(how) > 0, $"Nothing broke: {how}.");
        }));
    }

    [Fact]
    public async Task However_it_breaks_money_is_held_and_captured_once()
    {
        await Task.WhenAll(Breaks.Select(async how =>
        {
            var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
            var fare = passenger.Fare(AmountOf(how));
            // 10.00, a fifth more, and the tip: the very amount that breaks.
            var beginning = fare.Beginning() with { QuotedFare = new(1_000, "USD"), Tip = new(AmountOf(how) - 1_200, "USD") };
            await fleet.Publish(beginning, Ct);
            await fleet.HoldBecomes(fare, "Authorised", Ct);

            await fleet.Publish(fare, Ct);

            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal((how, 1, AmountOf(how)), (how, await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
            Assert.Equal(("Captured", AmountOf(how), AmountOf(how)), await fleet.HeldAtProvider(fare, Ct));
            Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        }));
    }

    // The code is made once however often it was asked for, what a second phone pays goes back, and the first is the fare.
    [Fact]
    public async Task However_it_breaks_a_code_is_paid_once()
    {
        await Task.WhenAll(Breaks.Select(async how =>
        {
            var passenger = fleet.Passenger();
            await passenger.AddCode(Ct);
            var fare = passenger.Fare(AmountOf(how));
            await fleet.Publish(fare, Ct);
            var url = await CodeOf(passenger, fare);

            var phones = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => fleet.PhonePays(url, Ct, bank: "silent")));

            var surplus = phones.Count(phone => phone.IsSuccessStatusCode) - 1;
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            await PaymentFleet.Until(async () => await fleet.One<long>(Returned, new { fare.RideId }, Ct) == surplus, Ct);
            Assert.Equal((how, 1, AmountOf(how)), (how, await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
            Assert.Equal((how, 1), (how, await fleet.AttemptsOf(fare, Ct)));
        }));
    }

    const string Returned = """
        select count(*) from payment.surplus_payments s join payment.orders o on o.id = s.order_id where o.ride_id = @RideId and s.status = 'Succeeded'
        """;

    static async Task<string> CodeOf(Person passenger, FareFinalised fare)
    {
        string? url = null;
        await PaymentFleet.Until(
            async () =>
            {
                using var answer = await passenger.Get($"/v1/rides/{fare.RideId}/payment/code", Ct);
                url = answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("url").GetString() : null;
                return url is not null;
            }, Ct);
        return url!;
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task However_it_breaks_a_refund_is_paid_once(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        await Task.WhenAll(Breaks.Select(async how =>
        {
            var fare = (await side.Passenger(side.Good, Ct)).Fare(AmountOf(how) + 1_000);
            await fleet.Publish(fare, Ct);
            await fleet.PaymentBecomes(fare, "Settled", Ct);

            await fleet.Publish(fare.LoweredBy(AmountOf(how)), Ct);

            Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
            Assert.Equal((1, AmountOf(how)), await side.RefundedFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded", "RefundSucceeded"], await fleet.EventsOf(fare, Ct));
        }));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task However_it_breaks_a_payout_is_paid_once(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        await Task.WhenAll(Breaks.Select(async how =>
        {
            var driver = await side.Driver(side.Account, Ct);
            var payout = new PayoutDue(Guid.CreateVersion7(), driver.Id, new(AmountOf(how), "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

            await fleet.Publish(payout, Ct);

            Assert.Equal("Succeeded", await fleet.PayoutEnds(payout, Ct));
            Assert.Equal((1, AmountOf(how)), await side.PaidFor(payout, Ct));
            Assert.Equal(["PayoutSent"], await fleet.EventsAbout(payout.PayoutId, Ct));
        }));
    }

    static long AmountOf(Break how) => FlakyWire.BreakFrom + (int)how;
}
