using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>Rides that are paid by a code which a phone scans: the amount is in the code, and that it is paid is the provider's word.</summary>
public sealed class CodeTests(PaymentFleet fleet) : CodesUnderTest(fleet)
{
    // NebengJek 7: the client said that the code was paid.
    [Fact]
    public async Task A_code_is_shown_to_both_sides_and_paid_once_a_phone_has_paid_it()
    {
        var (passenger, fare) = await Shown();
        var driver = await Fleet.Driver(fare.DriverId).Get(Path(fare), Ct);
        var stranger = await Fleet.Passenger().Get(Path(fare), Ct);
        var drawn = await passenger.Get($"{Path(fare)}.svg", Ct);
        var before = (await Fleet.PaymentBecomes(fare, "Pending", Ct)).GetProperty("inProgress").GetBoolean();

        Assert.Equal(HttpStatusCode.OK, (await Fleet.PhonePays(await UrlOf(passenger, fare), Ct)).StatusCode);

        var payment = await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (driver.StatusCode, stranger.StatusCode));
        Assert.Equal("image/svg+xml", drawn.Content.Headers.ContentType?.MediaType);
        Assert.Equal((true, "Qr"), (before, payment.GetProperty("kind").GetString()));
        Assert.Equal((1, 1_250), (await Fleet.ChargesFor(fare, Ct), await Fleet.HeldFor(fare, Ct)));
        Assert.Equal("payment-already-ended", await CodeOf(await passenger.Get(Path(fare), Ct)));
        Assert.Equal(["PaymentSucceeded"], await Fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task Whoever_changes_the_amount_in_the_address_pays_the_fare_all_the_same()
    {
        var (passenger, fare) = await Shown();
        var url = await UrlOf(passenger, fare);

        await Fleet.PhonePays(url.Replace("amountMinorUnits=1250", "amountMinorUnits=1", StringComparison.Ordinal), Ct);

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Contains("amountMinorUnits=1250", url, StringComparison.Ordinal);
        Assert.Equal((1, 1_250), (await Fleet.ChargesFor(fare, Ct), await Fleet.HeldFor(fare, Ct)));
    }

    [Fact]
    public async Task A_payment_that_is_told_twice_counts_once()
    {
        var (passenger, fare) = await Shown();

        await Fleet.PhonePays(await UrlOf(passenger, fare), Ct, bank: "twice");

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        await Fleet.WebhooksAreDelivered(fare, Ct);
        Assert.Equal((1, 0), (await PaymentsOf(fare), await Surplus(fare)));
        Assert.Equal(["PaymentSucceeded"], await Fleet.EventsOf(fare, Ct));
    }

    // The provider has made the code and its answer is still on the way: somebody who sees it elsewhere pays it, and the webhook is there first.
    [Fact]
    public async Task A_webhook_that_is_quicker_than_the_code_settles_the_ride()
    {
        var passenger = Fleet.Passenger();
        await passenger.AddCode(Ct);
        var fare = passenger.Fare(76_543);
        using var waiting = Fleet.Wire.Hold("""amountMinorUnits":76543,""", afterTheEffect: true);
        await Fleet.Publish(fare, Ct);
        string? url = null;
        await PaymentFleet.Until(async () => (url = await UrlAtProvider(fare)) is not null, Ct);
        var shown = await FindUrl(passenger, fare);

        await Fleet.PhonePays(url!, Ct);

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Null(shown);
        Assert.Equal((1, 0), (await Fleet.ChargesFor(fare, Ct), await Surplus(fare)));
        Assert.Equal(["PaymentSucceeded"], await Fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task A_code_that_nobody_paid_in_time_is_replaced_by_another_and_can_be_paid_no_more()
    {
        var (passenger, fare) = await Shown();
        var old = await UrlOf(passenger, fare);

        await Expire(old);

        var next = await AnotherThan(old, passenger, fare);
        Assert.Equal("code-ended", await CodeOf(await Fleet.PhonePays(old, Ct)));
        await Fleet.PhonePays(next, Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((2, 1), (await Fleet.AttemptsOf(fare, Ct), await Fleet.ChargesFor(fare, Ct)));
    }

    [Fact]
    public async Task When_no_code_is_ever_paid_the_passenger_owes_and_may_ask_for_another()
    {
        var (passenger, fare) = await Shown();
        var first = await UrlOf(passenger, fare);
        await Expire(first);
        await Expire(await AnotherThan(first, passenger, fare));

        var payment = await Fleet.PaymentBecomes(fare, "Owed", Ct);
        var none = await CodeOf(await passenger.Get(Path(fare), Ct));
        await passenger.Post(Retry(fare), new { paymentMethodId = passenger.MethodId }, Ct);
        await Fleet.PhonePays(await UrlOf(passenger, fare), Ct);

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(("code-expired", "no-code"), (payment.GetProperty("failureCode").GetString(), none));
        Assert.Equal(["PaymentFailed", "PaymentSucceeded"], await Fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task A_fare_that_is_lowered_gets_a_code_over_what_is_left()
    {
        var (passenger, fare) = await Shown();
        var old = await UrlOf(passenger, fare);
        await ScanSlowly(old);
        await Lower(fare, 250);

        var next = await AnotherThan(old, passenger, fare);
        await Arrives(old);
        await Fleet.PhonePays(next, Ct);

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        await SurplusBecomes(fare, "Succeeded", 1);
        Assert.Contains("amountMinorUnits=1000", next, StringComparison.Ordinal);
        Assert.Equal(1_000, await Kept(fare));
    }

    [Fact]
    public async Task A_code_of_a_fare_that_is_lowered_to_nothing_is_taken_away()
    {
        var (passenger, fare) = await Shown();
        var url = await UrlOf(passenger, fare);

        await Lower(fare, 1_250);

        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        await PaymentFleet.Until(async () => (await Fleet.PhonePays(url, Ct)).StatusCode == HttpStatusCode.Conflict, Ct);
        await PaymentFleet.Until(async () => await Kept(fare) == 0, Ct);
    }

    // Stripe has no codes that any bank's app can scan: said when the method is added, and again when an order is made.
    [Fact]
    public async Task A_provider_without_codes_says_so()
    {
        var elsewhere = Fleet.Passenger();
        elsewhere.Provider = "stripe";
        var refused = await elsewhere.Post("/v1/payment-methods", new { kind = "Qr" }, Ct);
        var passenger = Fleet.Passenger();
        var method = await passenger.AddCode(Ct);
        await Fleet.ExecuteAsOwner("update payment.payment_methods set provider = 'stripe' where id = @Id", new { Id = method }, Ct);
        var fare = passenger.Fare();

        await Fleet.Publish(fare, Ct);

        var payment = await Fleet.PaymentBecomes(fare, "Owed", Ct);
        var retried = await passenger.Post(Retry(fare), new { paymentMethodId = method }, Ct);
        Assert.Equal("codes-not-offered", payment.GetProperty("failureCode").GetString());
        Assert.Equal((HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity), (refused.StatusCode, retried.StatusCode));
        Assert.Equal(("codes-not-offered", "codes-not-offered"), (await CodeOf(refused), await CodeOf(retried)));
    }

    [Fact]
    public async Task Codes_exist_once_and_somebody_elses_are_not_charged()
    {
        var (passenger, other) = (Fleet.Passenger(), Fleet.Passenger());
        var method = await passenger.AddCode(Ct);
        var again = await passenger.Post("/v1/payment-methods", new { kind = "Qr" }, Ct);
        var fare = other.Fare() with { Payment = new(method, PaymentMethodKind.Qr) };

        await Fleet.Publish(fare, Ct);

        var payment = await Fleet.PaymentBecomes(fare, "Owed", Ct);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(method, (await again.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("paymentMethodId").GetGuid());
        Assert.Equal("payment-method-removed", payment.GetProperty("failureCode").GetString());
    }

    [Fact]
    public void A_drawing_has_three_corners_to_be_found_by()
    {
        var svg = ShowCode.Draw("https://pay.example/1?amountMinorUnits=1250");

        // The finder pattern's upper edge, seven dark modules, four modules from the corner.
        Assert.All(Enumerable.Range(4, 7), column => Assert.Contains($"M{column},4h1v1h-1z", svg, StringComparison.Ordinal));
        Assert.DoesNotContain("M11,4h", svg, StringComparison.Ordinal);
        Assert.NotEqual(svg, ShowCode.Draw("https://pay.example/1?amountMinorUnits=1251"));
    }
}
