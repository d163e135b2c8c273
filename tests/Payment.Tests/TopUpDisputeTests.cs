using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tumpang.Payments.Tests.Stripe;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>
/// Somebody pays into a wallet with a card, and its holder takes it back through their bank. Both services run, and wallets are read from billing's ledger.
/// </summary>
public sealed class TopUpDisputeTests(PaymentFleet fleet)
{
    const long PaidIn = 1_250;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ProviderSide.All), MemberType = typeof(ProviderSide))]
    public async Task It_leaves_the_wallet_once_and_comes_back_when_it_is_won_whichever_step_is_told_first_or_not_at_all(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var expected = new[] { (side.DisputeWon, "Won"), (side.DisputeLost, "Lost"), (side.DisputeToldLate, "Won"), (side.DisputeSilent, "Lost") };
        await Task.WhenAll(expected.Select(async each =>
        {
            var (card, end) = each;
            var passenger = await side.Passenger(card, Ct);

            var topUp = await TopUp(passenger, PaidIn);

            await Ends(topUp, end);
            var (left, fee) = end == "Won" ? (PaidIn, side.FeeOfWon) : (0, ProviderSide.DisputeFee);
            await PaymentFleet.Until(
                async () => (card, await fleet.BalanceOf(passenger, Ct), await fleet.LedgerOfDisputes(topUp, "ProviderFees", Ct)) == (card, left, fee), Ct);
            Assert.Equal((card, left - PaidIn - fee), (card, await fleet.LedgerOfDisputes(topUp, "ProviderClearing", Ct)));
            Assert.Equal(["WalletToppedUp", "TopUpChargebackReceived", $"TopUpChargeback{end}"], await fleet.EventsAbout(topUp, Ct));
            Assert.Empty(await DebtsTold(passenger));
        }));
    }

    // The stolen card of a thief: paid in, ridden away, charged back.
    [Theory]
    [MemberData(nameof(ProviderSide.All), MemberType = typeof(ProviderSide))]
    public async Task What_was_spent_before_it_was_taken_back_is_owed_until_it_is_paid_in_again(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var passenger = fleet.Passenger();
        passenger.Provider = provider;
        await passenger.AddWallet(Ct);
        var card = await passenger.AddCard(side.Good, Ct);
        var topUp = await TopUp(passenger, PaidIn, card);
        await fleet.BalanceBecomes(passenger, PaidIn, Ct);
        await Pays(passenger, 1_000, "Settled");

        await side.Decide((await side.Dispute(topUp, null, Ct))!, won: false, Ct);

        await Ends(topUp, "Lost");
        await fleet.BalanceBecomes(passenger, -1_000, Ct);
        var (wallet, debts, movement) = await Seen(passenger);
        Assert.Equal((-1_000, 1_000, "Chargeback"), (wallet, debts, movement));
        Assert.Equal([("WalletDebtIncurred", 1_000)], await DebtsTold(passenger));
        await Pays(passenger, 500, "Owed");
        await TopUp(passenger, 600, card);
        await fleet.BalanceBecomes(passenger, -400, Ct);
        await TopUp(passenger, 900, card);
        await fleet.BalanceBecomes(passenger, 500, Ct);
        Assert.Equal([("WalletDebtIncurred", 1_000), ("WalletDebtIncurred", 400), ("WalletDebtSettled", 0)], await DebtsTold(passenger));
        Assert.Equal((500, 0, "TopUp"), await Seen(passenger));
        await Pays(passenger, 500, "Settled");
    }

    [Theory]
    [MemberData(nameof(ProviderSide.All), MemberType = typeof(ProviderSide))]
    public async Task A_part_is_taken_and_evidence_brings_it_back(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var passenger = await side.Passenger(side.Good, Ct);
        var topUp = await TopUp(passenger, PaidIn);
        await fleet.BalanceBecomes(passenger, PaidIn, Ct);

        var dispute = (await side.Dispute(topUp, 700, Ct))!;
        await fleet.BalanceBecomes(passenger, PaidIn - 700, Ct);
        var id = await fleet.One<Guid>("select id from payment.disputes where provider_dispute_id = @Name", new { Name = dispute }, Ct);
        var given = await fleet.Operator().Post($"/v1/ops/disputes/{id}/evidence", new { text = "They paid in from their own phone." }, Ct);
        await PaymentFleet.Until(
            async () => await fleet.One<bool>("select evidence_sent_at is not null from payment.disputes where id = @Id", new { Id = id }, Ct), Ct);
        await side.Decide(dispute, won: true, Ct);

        Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
        await Ends(topUp, "Won");
        await fleet.BalanceBecomes(passenger, PaidIn, Ct);
        using var answer = await fleet.Operator().Get($"/v1/ops/disputes/{id}", Ct);
        var view = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((topUp, passenger.Id), (view.GetProperty("topUpId").GetGuid(), view.GetProperty("passengerId").GetGuid()));
        Assert.False(view.TryGetProperty("rideId", out _));
        using var list = await fleet.Operator().Get("/v1/ops/disputes?status=Won&limit=100", Ct);
        Assert.Contains(
            (await list.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("disputes").EnumerateArray(), one => one.GetProperty("disputeId").GetGuid() == id);
    }

    [Fact]
    public async Task Twenty_copies_of_every_step_at_once_take_it_and_end_it_once()
    {
        var passenger = await fleet.PassengerWithCard("pm_card_visa", Ct, "stripe");
        var topUp = await TopUp(passenger, PaidIn);
        await fleet.BalanceBecomes(passenger, PaidIn, Ct);
        var dispute = fleet.Stripe.Books.Inquire(topUp);
        var steps = new[] { With(dispute, "needs_response", -PaidIn), With(dispute, "lost", -PaidIn), With(dispute, "won", -PaidIn, PaidIn) };

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(_ => steps).Select(Tell));

        var events = await fleet.EventsAbout(topUp, Ct);
        Assert.Equal(["WalletToppedUp", "TopUpChargebackReceived"], events.Take(2));
        var end = Assert.Single(events.Skip(2));
        Assert.True(end is "TopUpChargebackLost" or "TopUpChargebackWon");
        await Ends(topUp, end["TopUpChargeback".Length..]);
        await PaymentFleet.Until(async () => await fleet.LedgerOfDisputes(topUp, "ProviderFees", Ct) == ProviderSide.DisputeFee, Ct);
        await fleet.BalanceBecomes(passenger, end == "TopUpChargebackWon" ? PaidIn : 0, Ct);
    }

    [Fact]
    public async Task A_top_up_that_was_refused_is_not_taken_back()
    {
        var passenger = await fleet.PassengerWithCard("pm_decline_generic_decline", Ct, "stripe");
        var topUp = await TopUp(passenger, PaidIn);
        await PaymentFleet.Until(async () => (await fleet.EventsAbout(topUp, Ct)).Count > 0, Ct);

        var intent = fleet.Stripe.Books.IntentsOf(topUp).Single();
        await Tell(With(StripeDisputeTests.Dispute(intent), "needs_response", -PaidIn));

        Assert.Equal(["WalletTopUpFailed"], await fleet.EventsAbout(topUp, Ct));
        Assert.Empty(await fleet.DisputesAbout(topUp, Ct));
    }

    [Fact]
    public async Task The_schema_lets_a_wallet_below_zero_only_by_what_a_bank_took_back()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var topUp = await TopUp(passenger, PaidIn);
        await fleet.BalanceBecomes(passenger, PaidIn, Ct);
        var side = new ProviderSide(fleet, "sandbox");
        await side.Decide((await side.Dispute(topUp, 300, Ct))!, won: false, Ct);
        await fleet.BalanceBecomes(passenger, PaidIn - 300, Ct);
        const string overdraw = "update billing.ledger_accounts set balance_minor_units = 301 where kind = 'PassengerWallet' and party_id = @Id";

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.ExecuteAsOwner(overdraw, passenger, Ct));
        var unwon = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.ExecuteAsOwner(
            "update payment.disputes set top_up_id = null, tip_id = gen_random_uuid() where top_up_id = @TopUp", new { TopUp = topUp }, Ct));

        Assert.Equal("ledger_accounts_wallet_is_not_overdrawn", refused.ConstraintName);
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, unwon.SqlState);
    }

    Task Ends(Guid topUp, string status) => fleet.DisputeEnds(topUp, status, Ct);

    /// <summary>A fare from the wallet.</summary>
    async Task Pays(Person passenger, long minorUnits, string status)
    {
        var fare = passenger.Fare(minorUnits);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, status, Ct);
    }

    /// <summary>What the passenger is shown: the wallet, what it is short of, and what moved it last.</summary>
    async Task<(long Wallet, long Owed, string? Movement)> Seen(Person passenger)
    {
        using var wallet = JsonDocument.Parse(await (await fleet.AskBilling(passenger, "/v1/wallet", Ct)).Content.ReadAsStringAsync(Ct));
        using var debts = JsonDocument.Parse(await (await fleet.AskBilling(passenger, "/v1/me/debts", Ct)).Content.ReadAsStringAsync(Ct));
        using var movements = JsonDocument.Parse(await (await fleet.AskBilling(passenger, "/v1/wallet/movements?limit=1", Ct)).Content.ReadAsStringAsync(Ct));
        return (
            Minor(Assert.Single(wallet.RootElement.GetProperty("balances").EnumerateArray())),
            debts.RootElement.GetProperty("wallets").EnumerateArray().Sum(Minor),
            movements.RootElement.GetProperty("movements")[0].GetProperty("kind").GetString());
    }

    static long Minor(JsonElement money) => money.GetProperty("minorUnits").GetInt64();

    /// <summary>What match is told of the passenger's wallet, in order.</summary>
    Task<IReadOnlyList<(string Event, long MinorUnits)>> DebtsTold(Person passenger) => fleet.All<(string, long)>(
        """
        select event_type, (payload::json -> 'amount' ->> 'minorUnits')::bigint
        from   (select id, event_type, payload, aggregate_id from billing.outbox union all
                select id, event_type, payload, aggregate_id from billing.outbox_archive) as told
        where  aggregate_id = @Id and event_type like 'WalletDebt%'
        order  by id
        """, passenger, Ct);

    static async Task<Guid> TopUp(Person passenger, long minorUnits, Guid? card = null)
    {
        var answer = await passenger.Post(
            "/v1/wallet/top-ups", new { amountMinorUnits = minorUnits, currency = "USD", paymentMethodId = card ?? passenger.MethodId }, Ct);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("topUpId").GetGuid();
    }

    Task Tell(JsonObject dispute) => fleet.Tell(
        "/v1/webhooks/stripe", "Stripe-Signature", RecordedStripe.EventOf("charge.dispute.updated", dispute), RecordedStripe.WebhookKey, Ct);

    static JsonObject With(JsonObject dispute, string status, params long[] moved) => StripeDisputeTests.With(dispute, status, moved);
}
