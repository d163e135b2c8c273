using Microsoft.Extensions.Logging.Abstractions;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.Payments.Provider.Stripe;
using Xunit;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>What Stripe's documentation says of its wire, one by one, spoken over HTTP to a server that behaves so.</summary>
public sealed class StripeProviderTests : IAsyncLifetime
{
    RecordedStripe server = null!;
    HttpClient http = null!;
    StripeProvider stripe = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await RecordedStripe.Start();
        http = new() { BaseAddress = server.Url };
        http.DefaultRequestHeaders.Authorization = new("Bearer", RecordedStripe.SecretKey);
        http.DefaultRequestHeaders.Add("Stripe-Version", new PaymentOptions().StripeVersion);
        stripe = new(new(http, NullLogger<StripeClient>.Instance));
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_charge_is_named_before_it_is_made_and_a_repeat_is_answered_from_under_its_key()
    {
        var request = Request("pm_card_visa");

        var named = Assert.IsType<ProviderAnswer.Named>(await stripe.Charge(request, Ct));
        Assert.Equal((0, 0), server.Books.Charged(request.AttemptId));
        Assert.Equal(named, await stripe.Charge(request, Ct));
        Assert.IsType<ProviderAnswer.Absent>(await stripe.Find(request with { Reference = named.Reference }, Ct));
        var first = await stripe.Charge(request with { Reference = named.Reference }, Ct);
        var again = await stripe.Charge(request with { Reference = named.Reference }, Ct);

        Assert.Equal(new ProviderAnswer.Succeeded(named.Reference), first);
        Assert.Equal((first, first), (again, await stripe.Find(request with { Reference = named.Reference }, Ct)));
        Assert.Equal((1, 1_250), server.Books.Charged(request.AttemptId));
        Assert.Equal(2, server.Replays);
        Assert.Empty(server.Unexpected);
    }

    [Fact]
    public async Task A_card_is_whose_customer_says_so()
    {
        var (owner, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var card = $"pm_card_visa_of_{owner}";

        Assert.True(await stripe.Owns(owner, card, Ct));
        Assert.False(await stripe.Owns(other, card, Ct));
        Assert.False(await stripe.Owns(owner, "pm_card_visa", Ct));
        Assert.False(await stripe.Owns(owner, "pm_unsaved", Ct));
        Assert.False(await stripe.Owns(owner, "pm_gone", Ct));
        await server.DisposeAsync();
        Assert.Null(await stripe.Owns(owner, card, Ct));
    }

    [Fact]
    public async Task A_key_that_was_used_for_something_else_is_no_answer()
    {
        var request = Request("pm_card_visa");
        await stripe.Charge(request, Ct);

        var answer = await stripe.Charge(request with { Amount = new(2_000, "USD") }, Ct);

        Assert.IsType<ProviderAnswer.Failed>(answer);
        Assert.Single(server.Books.IntentsOf(request.AttemptId));
    }

    [Theory]
    [InlineData("pm_decline_generic_decline", "generic-decline", false)]
    [InlineData("pm_decline_insufficient_funds", "insufficient-funds", true)]
    [InlineData("pm_decline_processing_error", "processing-error", true)]
    [InlineData("pm_decline_issuer_not_available", "issuer-not-available", true)]
    [InlineData("pm_decline_authentication_required", "authentication-required", false)]
    [InlineData("pm_decline_stolen_card", "generic-decline", false)]
    public async Task A_decline_says_what_we_may_tell_and_whether_it_may_pass(string card, string code, bool isSoft)
    {
        var request = await Named(card);

        var answer = Assert.IsType<ProviderAnswer.Declined>(await stripe.Charge(request, Ct));

        Assert.Equal(new Decline(code, isSoft), answer.Why);
        Assert.Equal(answer, await stripe.Find(request, Ct));
    }

    [Theory]
    [InlineData("pm_unsaved")]
    [InlineData("pm_gone")]
    public async Task A_card_that_is_not_saved_with_Stripe_is_refused_and_nothing_is_made(string card)
    {
        var request = Request(card);

        var answer = Assert.IsType<ProviderAnswer.Declined>(await stripe.Charge(request, Ct));

        Assert.Equal("card-not-saved", answer.Why.Code);
        Assert.Empty(server.Books.IntentsOf(request.AttemptId));
    }

    [Fact]
    public async Task A_request_that_can_never_work_is_refused_for_good()
    {
        var answer = Assert.IsType<ProviderAnswer.Declined>(await stripe.Charge(Request("pm_card_visa") with { Amount = new(10, "USD") }, Ct));

        Assert.Equal(new Decline("amount-too-small", IsSoft: false), answer.Why);
    }

    [Fact]
    public async Task A_rate_limit_is_no_answer_and_passes()
    {
        var request = Request("pm_card_visa");
        server.Limit(request.AttemptId.ToString(), times: 2);

        Assert.IsType<ProviderAnswer.Failed>(await stripe.Charge(request, Ct));
        Assert.IsType<ProviderAnswer.Failed>(await stripe.Charge(request, Ct));
        Assert.IsType<ProviderAnswer.Named>(await stripe.Charge(request, Ct));
    }

    [Fact]
    public async Task A_500_stays_under_its_key_and_the_intent_itself_tells_what_happened()
    {
        var request = await Named("pm_broken_after");

        Assert.IsType<ProviderAnswer.Failed>(await stripe.Charge(request, Ct));
        Assert.IsType<ProviderAnswer.Failed>(await stripe.Charge(request, Ct));
        Assert.Equal(new ProviderAnswer.Succeeded(request.Reference!), await stripe.Find(request, Ct));
    }

    [Fact]
    public async Task What_is_given_up_is_cancelled_so_that_nothing_late_is_charged()
    {
        var request = await Named("pm_card_visa");

        var given = Assert.IsType<ProviderAnswer.Declined>(await stripe.Abandon(request, Ct));
        var late = Assert.IsType<ProviderAnswer.Declined>(await stripe.Charge(request, Ct));

        Assert.Equal((Decline.ProviderFault, Decline.ProviderFault), (given.Why, late.Why));
        Assert.Equal((0, 0), server.Books.Charged(request.AttemptId));
    }

    [Fact]
    public async Task What_was_charged_after_all_cannot_be_given_up()
    {
        var request = await Named("pm_card_visa");
        await stripe.Charge(request, Ct);

        Assert.Equal(new ProviderAnswer.Succeeded(request.Reference!), await stripe.Abandon(request, Ct));
    }

    [Fact]
    public async Task What_is_held_is_captured_once_and_the_rest_is_let_go_of()
    {
        var hold = await Held();
        var capture = new CaptureRequest(Guid.CreateVersion7(), hold.Reference!, new(1_000, "USD"));

        var captured = await stripe.Capture(capture, Ct);
        var again = await stripe.Capture(capture, Ct);
        var known = await stripe.Find(new(capture.AttemptId, capture.Amount, null, hold.Reference), Ct);
        var released = await stripe.Release(new(Guid.CreateVersion7(), hold.Reference!), Ct);

        Assert.Equal(new ProviderAnswer.Succeeded(hold.Reference!), captured);
        Assert.Equal((captured, captured), (again, known));
        Assert.Equal("authorisation-captured", Assert.IsType<ProviderAnswer.Declined>(released).Why.Code);
        Assert.Equal((1, 1_000), server.Books.Charged(capture.AttemptId));
    }

    [Fact]
    public async Task What_was_let_go_of_cannot_be_captured_any_more()
    {
        var hold = await Held();

        var released = await stripe.Release(new(Guid.CreateVersion7(), hold.Reference!), Ct);
        var again = await stripe.Release(new(Guid.CreateVersion7(), hold.Reference!), Ct);
        var late = await stripe.Capture(new(Guid.CreateVersion7(), hold.Reference!, new(1_000, "USD")), Ct);

        Assert.Equal(new ProviderAnswer.Succeeded(hold.Reference!), released);
        Assert.Equal(released, again);
        Assert.Equal("authorisation-expired", Assert.IsType<ProviderAnswer.Declined>(late).Why.Code);
    }

    [Fact]
    public async Task More_than_is_held_is_not_captured()
    {
        var hold = await Held();

        var answer = await stripe.Capture(new(Guid.CreateVersion7(), hold.Reference!, new(1_251, "USD")), Ct);

        Assert.Equal("amount-too-large", Assert.IsType<ProviderAnswer.Declined>(answer).Why.Code);
    }

    [Fact]
    public async Task What_has_no_name_was_never_charged()
    {
        var request = Request("pm_card_visa");

        Assert.IsType<ProviderAnswer.Absent>(await stripe.Find(request, Ct));
        Assert.IsType<ProviderAnswer.Declined>(await stripe.Abandon(request, Ct));
    }

    [Fact]
    public async Task A_refund_is_found_among_hundreds_of_its_charge()
    {
        var charge = await Named("pm_card_visa", 100_000);
        await stripe.Charge(charge, Ct);
        var first = new RefundRequest(Guid.CreateVersion7(), charge.Reference!, new(100, "USD"));
        var known = await stripe.Refund(first, Ct);
        for (var others = 0; others < 230; others++)
        {
            await stripe.Refund(new(Guid.CreateVersion7(), charge.Reference!, new(100, "USD")), Ct);
        }

        Assert.IsType<ProviderAnswer.Succeeded>(known);
        Assert.Equal(known, await stripe.FindRefund(first, Ct));
        Assert.IsType<ProviderAnswer.Absent>(await stripe.FindRefund(first with { RefundId = Guid.CreateVersion7() }, Ct));
    }

    [Fact]
    public async Task More_than_was_charged_never_goes_back()
    {
        var charge = await Named("pm_card_visa");
        await stripe.Charge(charge, Ct);

        var answer = Assert.IsType<ProviderAnswer.Declined>(await stripe.Refund(new(Guid.CreateVersion7(), charge.Reference!, new(1_251, "USD")), Ct));

        Assert.Equal("charge-already-refunded", answer.Why.Code);
    }

    [Fact]
    public async Task A_transfer_is_found_by_its_payout()
    {
        var request = new TransferRequest(Guid.CreateVersion7(), new(5_000, "IDR"), new("Siti", "STRIPE", "1MTfjCQ9PRzxEwkZ"));

        Assert.IsType<ProviderAnswer.Absent>(await stripe.FindTransfer(request.PayoutId, Ct));
        var sent = Assert.IsType<ProviderAnswer.Succeeded>(await stripe.Transfer(request, Ct));

        Assert.Equal((sent, sent), (await stripe.FindTransfer(request.PayoutId, Ct), await stripe.Transfer(request, Ct)));
        Assert.Equal((1, 5_000), server.Books.Transferred(request.PayoutId));
    }

    [Fact]
    public async Task A_transfer_comes_back_when_all_of_it_is_reversed_and_every_reversal_is_listed()
    {
        var returns = new StripeReturns(new(http, NullLogger<StripeClient>.Instance));
        var request = new TransferRequest(Guid.CreateVersion7(), new(5_000, "USD"), new("Siti", "STRIPE", "1MTfjCQ9PRzxEwkZ"));
        var sent = Assert.IsType<ProviderAnswer.Succeeded>(await stripe.Transfer(request, Ct));
        foreach (var _ in Enumerable.Range(0, 110))
        {
            var other = request with { PayoutId = Guid.CreateVersion7() };
            await stripe.Transfer(other, Ct);
            server.Books.Reverse(other.PayoutId);
        }

        server.Books.Reverse(request.PayoutId, 1_000);
        var afterAPart = await stripe.FindTransfer(request.PayoutId, Ct);
        server.Books.Reverse(request.PayoutId);
        var listed = await returns.ListSince(DateTimeOffset.UtcNow.AddDays(-1), Ct);

        Assert.Equal(sent, afterAPart);
        var returned = new ProviderAnswer.Returned(sent.Reference, "transfer-reversed");
        Assert.Equal(returned, await stripe.FindTransfer(request.PayoutId, Ct));
        Assert.Equal(112, listed!.DistinctBy(news => news.EventId).Count());
        Assert.Equal([returned, sent], listed!.Where(news => news.Id == request.PayoutId).Select(news => news.Outcome));
    }

    [Fact]
    public async Task With_the_wrong_key_nothing_is_known()
    {
        http.DefaultRequestHeaders.Authorization = new("Bearer", "sk_test_other");

        Assert.IsType<ProviderAnswer.Failed>(await stripe.Charge(Request("pm_card_visa"), Ct));
    }

    // Stripe's units are ISO 4217's but for a few; what cannot be said in them is refused, never rounded.
    [Theory]
    [InlineData("USD", 1_250, 1_250L)]
    [InlineData("IDR", 300_000, 300_000L)]
    [InlineData("JPY", 500, 500L)]
    [InlineData("KRW", 500, 500L)]
    [InlineData("VND", 20_000, 20_000L)]
    [InlineData("ISK", 5, 500L)]
    [InlineData("UGX", 5, 500L)]
    [InlineData("MGA", 500, 5L)]
    [InlineData("MGA", 501, null)]
    [InlineData("KWD", 5_120, 5_120L)]
    [InlineData("KWD", 5_124, null)]
    public void Amounts_are_said_in_Stripes_units_exactly_or_not_at_all(string currency, long ours, long? theirs) =>
        Assert.Equal(theirs, StripeMoney.From(new(ours, currency)));

    /// <summary>Money that is held, and until when.</summary>
    async Task<ChargeRequest> Held()
    {
        var request = Request("pm_card_visa");
        var named = Assert.IsType<ProviderAnswer.Named>(await stripe.Authorise(request, Ct));
        request = request with { Reference = named.Reference };
        var held = Assert.IsType<ProviderAnswer.Succeeded>(await stripe.Authorise(request, Ct));
        Assert.InRange(held.ExpiresAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromDays(4), TimeSpan.FromDays(5));
        Assert.Equal(held, await stripe.FindAuthorisation(request, Ct));
        return request;
    }

    static ChargeRequest Request(string card, long minorUnits = 1_250) => new(Guid.CreateVersion7(), new Money(minorUnits, "USD"), card);

    async Task<ChargeRequest> Named(string card, long minorUnits = 1_250)
    {
        var request = Request(card, minorUnits);
        return request with { Reference = Assert.IsType<ProviderAnswer.Named>(await stripe.Charge(request, Ct)).Reference };
    }
}
