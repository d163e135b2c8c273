using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>
/// What is paid in comes from a card, by the provider's word; what is paid from it, billing takes. Both services run, and balances are read from billing's ledger.
/// </summary>
public sealed class WalletTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_card_pays_in_is_in_the_wallet()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);

        var topUp = await TopUp(passenger, 2_500);

        await fleet.BalanceBecomes(passenger, 2_500, Ct);
        using var wallet = JsonDocument.Parse(await (await fleet.AskBilling(passenger, "/v1/wallet", Ct)).Content.ReadAsStringAsync(Ct));
        using var movements = JsonDocument.Parse(await (await fleet.AskBilling(passenger, "/v1/wallet/movements?limit=1", Ct)).Content.ReadAsStringAsync(Ct));
        var balance = Assert.Single(wallet.RootElement.GetProperty("balances").EnumerateArray());
        var movement = Assert.Single(movements.RootElement.GetProperty("movements").EnumerateArray());
        Assert.Equal((2_500, "TopUp"), (balance.GetProperty("minorUnits").GetInt64(), movement.GetProperty("kind").GetString()));
        Assert.Equal(["WalletToppedUp"], await fleet.EventsAbout(topUp, Ct));
        Assert.Equal(HttpStatusCode.OK, (await passenger.Get($"/v1/wallet/top-ups/{topUp}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Passenger().Get($"/v1/wallet/top-ups/{topUp}", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_error_after_charge")]
    [InlineData("tok_pending")]
    [InlineData("tok_webhook_twice")]
    public async Task A_top_up_whose_answer_is_lost_or_late_is_paid_in_once(string cardToken)
    {
        var passenger = await fleet.PassengerWithCard(cardToken, Ct);

        var topUp = await TopUp(passenger, 2_500);

        await fleet.BalanceBecomes(passenger, 2_500, Ct);
        const string charged = "select sum(amount_minor_units)::bigint from sandbox.charges where idempotency_key = @Key";
        Assert.Equal(2_500, await fleet.One<long>(charged, new { Key = topUp.ToString() }, Ct));
    }

    // NebengJek 7: the client declared the payment. A card that does not pay leaves nothing behind.
    [Fact]
    public async Task What_the_card_refuses_is_not_paid_in()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);

        var topUp = await TopUp(passenger, 2_500);

        await PaymentFleet.Until(async () => (await fleet.EventsAbout(topUp, Ct)).Count > 0, Ct);
        Assert.Equal(["WalletTopUpFailed"], await fleet.EventsAbout(topUp, Ct));
        Assert.Equal(0, await fleet.BalanceOf(passenger, Ct));
    }

    [Fact]
    public async Task Of_twenty_top_ups_at_once_one_begins_and_a_day_has_its_limit()
    {
        var card = PaymentFleet.CardOfItsOwn();
        var passenger = await fleet.PassengerWithCard(card, Ct);

        var answers = Array.Empty<HttpResponseMessage>();
        using (fleet.Wire.Hold(card))
        {
            answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Ask(passenger, 20_000)));
        }

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        await fleet.BalanceBecomes(passenger, 20_000, Ct);
        await TopUp(passenger, 20_000);
        await fleet.BalanceBecomes(passenger, 40_000, Ct);
        Assert.Equal("top-up-limit-of-a-day", await CodeOf(await Ask(passenger, 10_001)));
    }

    [Fact]
    public async Task What_cannot_be_paid_in_is_refused_by_its_field()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var cash = await passenger.AddCash(Ct);
        var stranger = await fleet.PassengerWithCard("tok_ok", Ct);

        Assert.Equal("top-up-out-of-range", await CodeOf(await Ask(passenger, 499)));
        Assert.Equal("top-up-out-of-range", await CodeOf(await Ask(passenger, 20_001)));
        Assert.Equal("no-wallet-in-this-currency", await CodeOf(await Ask(passenger, 500, currency: "XXX")));
        Assert.Equal("card-required", await CodeOf(await Ask(passenger, 500, method: cash)));
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(passenger, 500, method: stranger.MethodId)).StatusCode);
    }

    [Fact]
    public async Task A_fare_is_paid_from_the_wallet_and_what_is_taken_off_it_goes_back_there()
    {
        var (passenger, _) = await WithWallet(2_500);
        var fare = passenger.Fare();

        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        await fleet.BalanceBecomes(passenger, 1_250, Ct);
        await fleet.Publish(fare.LoweredBy(250), Ct);

        await fleet.BalanceBecomes(passenger, 1_500, Ct);
        Assert.Equal(["WalletChargeDue", "PaymentSucceeded", "RefundSucceeded"], await fleet.EventsOf(fare, Ct));
        Assert.Equal((0, 0), (await fleet.ChargesFor(fare, Ct), (await fleet.RefundedFor(fare, Ct)).Refunds));
    }

    [Fact]
    public async Task What_the_wallet_does_not_hold_is_owed_until_it_does()
    {
        var (passenger, card) = await WithWallet(1_000);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);
        var kept = await fleet.BalanceOf(passenger, Ct);

        await TopUp(passenger, 500, card);
        await fleet.BalanceBecomes(passenger, 1_500, Ct);
        await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = passenger.MethodId }, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((1_000, 250), (kept, await fleet.BalanceOf(passenger, Ct)));
    }

    [Fact]
    public async Task The_wallet_pays_first_and_the_card_behind_it_the_rest_and_it_goes_back_the_other_way()
    {
        var (passenger, card) = await WithWallet(1_000);
        await passenger.Post("/v1/payment-methods", new { kind = "Wallet", restPaymentMethodId = card }, Ct);
        var fare = passenger.Fare();

        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        var (left, held) = (await fleet.BalanceOf(passenger, Ct), await fleet.HeldFor(fare, Ct));
        await fleet.Publish(fare.LoweredBy(350), Ct);

        await fleet.BalanceBecomes(passenger, 100, Ct);
        await fleet.RefundsEnd(fare, 2, Ct);
        Assert.Equal((0, 250), (left, held));
        Assert.Equal((1, 250), await fleet.RefundedFor(fare, Ct));
        Assert.Equal("WalletChargeDue,PaymentPartCollected,PaymentSucceeded", string.Join(',', (await fleet.EventsOf(fare, Ct)).Take(3)));
    }

    // Twenty fares at once, each told twice, while money comes in: the wallet pays as many as it can, and never goes below zero.
    [Fact]
    public async Task Twenty_fares_and_top_ups_at_once_never_overdraw_the_wallet()
    {
        var (passenger, card) = await WithWallet(4_000);
        var fares = Enumerable.Range(0, 20).Select(_ => passenger.Fare(500)).ToList();

        await Task.WhenAll(
            Task.WhenAll(fares.SelectMany(fare => new[] { fleet.Publish(fare, Ct), fleet.Publish(fare with { EventId = Guid.CreateVersion7() }, Ct) })),
            Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Ask(passenger, 1_000, method: card))));

        await PaymentFleet.Until(
            async () => await fleet.One<long>(
                "select count(*) from payment.orders where passenger_id = @Id and status in ('Settled', 'Owed') and open_attempt_id is null", passenger, Ct) == 20
                && await fleet.One<long>("select count(*) from payment.top_ups where passenger_id = @Id and status in ('Due', 'Sent')", passenger, Ct) == 0, Ct);
        var settled = await fleet.One<long>("select count(*) from payment.orders where passenger_id = @Id and status = 'Settled'", passenger, Ct);
        var paidIn = await fleet.One<long>("select sum(amount_minor_units)::bigint from payment.top_ups where passenger_id = @Id and status = 'Succeeded'", passenger, Ct);
        await fleet.BalanceBecomes(passenger, paidIn - (settled * 500), Ct);
        Assert.InRange(settled, 8, paidIn / 500);
    }

    [Fact]
    public async Task The_ledger_refuses_to_overdraw_a_wallet()
    {
        var (passenger, _) = await WithWallet(1_000);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(
            "update billing.ledger_accounts set balance_minor_units = 1 where kind = 'PassengerWallet' and party_id = @Id", passenger, Ct));

        Assert.Equal("ledger_accounts_wallet_is_not_overdrawn", refused.ConstraintName);
    }

    [Fact]
    public async Task Only_a_card_of_one_s_own_stands_behind_a_wallet()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var stranger = await fleet.PassengerWithCard("tok_ok", Ct);

        Assert.Equal("rest-must-be-a-card", await CodeOf(await Add(passenger, "Wallet", passenger.MethodId)));
        Assert.Equal("rest-must-be-a-card", await CodeOf(await Add(passenger, "Wallet", stranger.MethodId)));
        Assert.Equal("unexpected-rest-payment-method", await CodeOf(await Add(passenger, "Cash", stranger.MethodId)));
    }

    static Task<HttpResponseMessage> Add(Person passenger, string kind, Guid rest) =>
        passenger.Post("/v1/payment-methods", new { kind, restPaymentMethodId = rest }, Ct);

    /// <summary>A passenger whose first method is a wallet with so much in it, and the card that paid it in.</summary>
    async Task<(Person Passenger, Guid Card)> WithWallet(long minorUnits)
    {
        var passenger = fleet.Passenger();
        await passenger.AddWallet(Ct);
        var card = await passenger.AddCard("tok_ok", Ct);
        await TopUp(passenger, minorUnits, card);
        await fleet.BalanceBecomes(passenger, minorUnits, Ct);
        return (passenger, card);
    }

    static async Task<Guid> TopUp(Person passenger, long minorUnits, Guid? card = null)
    {
        var answer = await Ask(passenger, minorUnits, method: card);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("topUpId").GetGuid();
    }

    static Task<HttpResponseMessage> Ask(Person passenger, long minorUnits, string currency = "USD", Guid? method = null) =>
        passenger.Post("/v1/wallet/top-ups", new { amountMinorUnits = minorUnits, currency, paymentMethodId = method ?? passenger.MethodId }, Ct);

    static async Task<string?> CodeOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();
}

/// <summary>Wallets as billing knows them.</summary>
static class Wallets
{
    public static Task<long> BalanceOf(this PaymentFleet fleet, Person passenger, CancellationToken ct) => fleet.One<long>(
        "select coalesce(-sum(balance_minor_units), 0)::bigint from billing.ledger_accounts where kind = 'PassengerWallet' and party_id = @Id", passenger, ct);

    public static Task BalanceBecomes(this PaymentFleet fleet, Person passenger, long minorUnits, CancellationToken ct) =>
        PaymentFleet.Until(async () => await fleet.BalanceOf(passenger, ct) == minorUnits, ct);
}
