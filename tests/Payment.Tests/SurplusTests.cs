using System.Net;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>Whatever is paid once too often by a code goes back whole: by a second phone, too late, or when the ride was paid otherwise.</summary>
public sealed class SurplusTests(PaymentFleet fleet) : CodesUnderTest(fleet)
{
    // Twenty phones scan the same code: the ride is paid once, and all the others get everything back.
    [Fact]
    public async Task Who_pays_a_paid_code_gets_everything_back()
    {
        var (passenger, fare) = await Shown();
        var url = await UrlOf(passenger, fare);

        var phones = await AllPay(fare, url, 20);

        var paid = phones.Count(phone => phone.StatusCode == HttpStatusCode.OK);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        await SurplusBecomes(fare, "Succeeded", paid - 1);
        Assert.True(paid > 1, "No two phones were quick enough.");
        Assert.Equal((paid, 1_250), (await PaymentsOf(fare), await Kept(fare)));
        var told = await Fleet.EventsOf(fare, Ct);
        Assert.Single(told, name => name == "PaymentSucceeded");
        Assert.Equal((paid - 1, paid - 1), (told.Count(name => name == "SurplusReceived"), told.Count(name => name == "SurplusReturned")));
    }

    // No webhook at all: the first is found by asking, the second by the look after the end.
    [Fact]
    public async Task Payments_that_no_webhook_tells_of_are_found_by_asking()
    {
        var (passenger, fare) = await Shown();
        var url = await UrlOf(passenger, fare);

        var phones = await AllPay(fare, url, 3, bank: "silent");

        var paid = phones.Count(phone => phone.IsSuccessStatusCode);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        await SurplusBecomes(fare, "Succeeded", paid - 1);
        Assert.True(paid > 1, "No two phones were quick enough.");
        Assert.Equal((paid, 1_250), (await PaymentsOf(fare), await Kept(fare)));
    }

    // Begun in time, and the bank was slower than the code: by then there is another code.
    [Fact]
    public async Task What_arrives_after_the_end_of_its_code_goes_back()
    {
        var (passenger, fare) = await Shown();
        var old = await UrlOf(passenger, fare);
        await ScanSlowly(old);

        await Expire(old);

        var next = await AnotherThan(old, passenger, fare);
        await Arrives(old);
        await SurplusBecomes(fare, "Succeeded", 1);
        Assert.Equal(0, await Kept(fare));
        await Fleet.PhonePays(next, Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((2, 1_250), (await PaymentsOf(fare), await Kept(fare)));
        Assert.Equal(["SurplusReceived", "SurplusReturned", "PaymentSucceeded"], await Fleet.EventsOf(fare, Ct));
    }

    // The passenger has scanned the code and then pays by card after all: whichever arrives first, the ride is paid once.
    [Fact]
    public async Task What_arrives_after_the_ride_was_paid_by_card_goes_back()
    {
        var (passenger, fare) = await Shown();
        var url = await UrlOf(passenger, fare);
        var card = await passenger.AddCard("tok_ok", Ct);
        await ScanSlowly(url);

        var retried = await passenger.Post(Retry(fare), new { paymentMethodId = card }, Ct);

        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        var payment = await Fleet.PaymentBecomes(fare, "Settled", Ct);
        await Arrives(url);
        await SurplusBecomes(fare, "Succeeded", 1);
        Assert.Equal("Card", payment.GetProperty("kind").GetString());
        Assert.Equal("code-ended", await CodeOf(await Fleet.PhonePays(url, Ct)));
        Assert.Equal(["PaymentSucceeded", "SurplusReceived", "SurplusReturned"], await Fleet.EventsOf(fare, Ct));
        Assert.Equal((1, 0), (await Succeeded(fare), await Kept(fare)));
    }

    // Card and code at the same moment, again and again: never is one kept beside the other.
    [Fact]
    public async Task A_code_that_is_paid_while_it_is_taken_away_is_the_fare_or_goes_back()
    {
        var rides = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var (passenger, fare) = await Shown();
            return (Passenger: passenger, Fare: fare, Url: await UrlOf(passenger, fare), Card: await passenger.AddCard("tok_ok", Ct));
        }));

        await Task.WhenAll(rides.SelectMany(ride => new Task[]
        {
            Fleet.PhonePays(ride.Url, Ct),
            ride.Passenger.Post(Retry(ride.Fare), new { paymentMethodId = ride.Card }, Ct),
        }));

        foreach (var ride in rides)
        {
            await Fleet.PaymentBecomes(ride.Fare, "Settled", Ct);
            var paid = await PaymentsOf(ride.Fare);
            await PaymentFleet.Until(async () => await Kept(ride.Fare) + await ByCard(ride.Fare) == 1_250, Ct);
            Assert.Equal(1, await Succeeded(ride.Fare));
            Assert.InRange(paid, 0, 1);
        }
    }

    // Also what was a surplus goes back by the provider's word only; and what a bank will not take back, operators see to.
    [Fact]
    public async Task What_cannot_be_given_back_is_tried_again_when_an_operator_says_so()
    {
        var (_, fare) = await Refused();

        var again = await Fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/refund", new { reason = "the passenger asks for it" }, Ct);

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        await SurplusBecomes(fare, "Succeeded", 1);
        Assert.Equal(0, await Kept(fare));
        var once = await Fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/refund", new { reason = "the passenger asks for it" }, Ct);
        Assert.Equal("nothing-to-refund", await CodeOf(once));
    }

    // The payer does not wait for us and asks their bank: what it takes we do not give too, and the rest goes back. The fare is another matter.
    [Theory]
    [InlineData(1_250, false, "TakenBack")]
    [InlineData(500, false, "Succeeded")]
    [InlineData(1_250, true, "Succeeded")]
    public async Task What_the_payers_bank_takes_back_is_not_given_back_too(long minorUnits, bool won, string end)
    {
        var (passenger, fare) = await Refused();
        var dispute = await Dispute(fare, minorUnits);
        await PaymentFleet.Until(async () => (await Fleet.DisputesOf(fare, Ct)).Values.SequenceEqual(["Received"]), Ct);

        await Fleet.AskSandbox(HttpMethod.Post, $"/sandbox/payments/disputes/{dispute}/decision", new { outcome = won ? "won" : "lost" }, Ct);

        await SurplusBecomes(fare, end, 1);
        Assert.Equal(0, await Left(fare));
        Assert.Equal(0, await Fleet.One<long>("select count(*) from billing.lost_chargebacks where ride_id = @RideId", new { fare.RideId }, Ct));
        await Fleet.PhonePays(await UrlOf(passenger, fare), Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(1_250, await Left(fare));
    }

    // A bank that is told of before the payment itself: the news is told again until we know what it is about.
    [Fact]
    public async Task A_surplus_that_is_disputed_while_it_is_found_goes_back_once()
    {
        var (passenger, fare) = await Shown();
        var url = await UrlOf(passenger, fare);
        var phones = await AllPay(fare, url, 3, bank: "silent", meanwhile: () => Dispute(fare, 0, outcome: "lost", key: "%:2"));
        var paid = phones.Count(phone => phone.IsSuccessStatusCode);

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.True(paid > 1, "No two phones were quick enough.");
        await PaymentFleet.Until(async () => await Surplus(fare, "Succeeded") + await Surplus(fare, "TakenBack") == paid - 1, Ct);
        await PaymentFleet.Until(async () => (await Fleet.DisputesOf(fare, Ct)).Values.All(status => status == "Lost"), Ct);
        Assert.Equal(1_250, await Left(fare));
    }

    // A payment that came after its code, and that the payer's bank would not take back at first.
    async Task<(Person Passenger, FareFinalised Fare)> Refused()
    {
        var (passenger, fare) = await Shown();
        var old = await UrlOf(passenger, fare);
        await ScanSlowly(old, bank: "Refusing");
        await Expire(old);
        await AnotherThan(old, passenger, fare);
        await Arrives(old);
        await SurplusBecomes(fare, "Failed", 1);
        await Fleet.ExecuteAsOwner(
            "update sandbox.charges set card_token = 'tok_code_prompt' where code_key = any(@Keys)", new { Keys = await KeysOf(fare) }, Ct);
        return (passenger, fare);
    }

    /// <summary>What the provider holds of the payments of all codes of the ride.</summary>
    Task<long> Left(FareFinalised fare) => Fleet.One<long>(
        $"""
        select coalesce(sum(amount_minor_units - refunded_minor_units - disputed_minor_units), 0)::bigint
        from   sandbox.charges
        where  status = 'Succeeded' and code_key in {OfRide}
        """, new { fare.RideId }, Ct);

    /// <summary>The provider's name of the dispute; null when there is nothing left to dispute.</summary>
    async Task<string?> Dispute(FareFinalised fare, long minorUnits, string? outcome = null, string key = "%")
    {
        var chargeId = await Fleet.One<Guid?>(
            $"select id from sandbox.charges where code_key in {OfRide} and idempotency_key like @Key", new { fare.RideId, Key = key }, Ct);
        return await Fleet.AskSandbox(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, amountMinorUnits = minorUnits, outcome }, Ct) is { } opened
            ? opened.GetProperty("disputeId").GetString()
            : null;
    }
}
