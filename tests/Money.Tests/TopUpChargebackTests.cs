using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>A cardholder takes back what was paid into a wallet: counted in the provider's books, in payment's, in the ledger and in the wallet.</summary>
public sealed class TopUpChargebackTests(MoneyFleet fleet)
{
    const long Fee = 1_500;
    const long PaidIn = 2_000;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tok_dispute_lost")]
    [InlineData("tok_dispute_twice")]
    [InlineData("tok_dispute_silent")]
    public async Task What_is_lost_is_gone_from_the_wallet_and_the_fee_is_ours(string cardToken)
    {
        var wallet = new Wallet(fleet);

        var topUp = await wallet.TopUp(PaidIn, cardToken);

        await wallet.DisputeOf(topUp, "Lost");
        await wallet.Becomes(0);
        Assert.Equal((-Fee, Fee), (await wallet.Posted(topUp, "ProviderClearing"), await wallet.Posted(topUp, "ProviderFees")));
        Assert.Equal((0, 0), (await wallet.Posted(topUp, "ChargebackLosses"), await wallet.Posted(topUp, "ChargebacksInDispute")));
        await fleet.BooksAgree();
    }

    [Theory]
    [InlineData("tok_dispute_won")]
    [InlineData("tok_dispute_late")]
    public async Task What_is_won_is_in_the_wallet_again_whichever_step_is_told_first(string cardToken)
    {
        var wallet = new Wallet(fleet);

        var topUp = await wallet.TopUp(PaidIn, cardToken);

        await wallet.DisputeOf(topUp, "Won");
        await wallet.Becomes(PaidIn);
        Assert.Equal((PaidIn, 0), (await wallet.Posted(topUp, "ProviderClearing"), await wallet.Posted(topUp, "ProviderFees")));
        await fleet.BooksAgree();
    }

    // A stolen card pays in 20.00, 16.00 of it is ridden away, and the bank takes all of it back.
    [Fact]
    public async Task What_was_ridden_away_before_is_owed_and_a_top_up_makes_it_good()
    {
        var (wallet, topUp) = await Ridden(rides: 2);

        await Decide(await Open(topUp, 0), "lost");

        await wallet.DisputeOf(topUp, "Lost");
        await wallet.Becomes(-1_600);
        var refused = await wallet.Ride();
        await refused.Becomes("Owed");
        Assert.Equal([1_600L], await Owed(wallet));
        await fleet.BooksAgree();
        await wallet.TopUp(1_700);
        await wallet.Becomes(100);
        Assert.Empty(await Owed(wallet));
        Assert.Equal(["WalletDebtIncurred", "WalletDebtSettled"], await DebtsTold(wallet));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task What_was_ridden_away_is_not_owed_any_more_once_the_dispute_is_won()
    {
        var (wallet, topUp) = await Ridden(rides: 2);
        var dispute = await Open(topUp, 1_000);
        await wallet.Becomes(-600);
        var early = await wallet.Posted(topUp, "ProviderClearing");

        await Decide(dispute, "won");

        await wallet.DisputeOf(topUp, "Won");
        await wallet.Becomes(400);
        Assert.Equal((PaidIn - 1_000 - Fee, PaidIn), (early, await wallet.Posted(topUp, "ProviderClearing")));
        Assert.Empty(await Owed(wallet));
        Assert.Equal(["WalletDebtIncurred", "WalletDebtSettled"], await DebtsTold(wallet));
        await fleet.BooksAgree();
    }

    // A fare that was paid from the wallet is lowered while the wallet is below zero: what goes back there makes the debt smaller.
    [Fact]
    public async Task What_a_lowered_fare_gives_back_makes_the_debt_smaller()
    {
        var wallet = new Wallet(fleet);
        var topUp = await wallet.TopUp(PaidIn);
        var ride = await (await wallet.Ride()).Becomes("Settled");
        var dispute = await Open(topUp, 0);
        await wallet.Becomes(-Ride.Fare);

        await ride.LowerBy(300);

        await wallet.Becomes(-500);
        Assert.Equal([500L], await Owed(wallet));
        await Decide(dispute, "lost");
        await wallet.DisputeOf(topUp, "Lost");
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task An_operator_makes_a_wallet_good_once_with_a_reason_as_far_as_it_is_short()
    {
        var (wallet, topUp) = await Ridden(rides: 1);
        var dispute = await Open(topUp, 0);
        var path = $"/v1/ops/chargebacks/{await wallet.DisputeOf(topUp, "Received")}/forgive-top-up";
        var early = await fleet.AsOperator(HttpMethod.Post, "billing", path, new { reason = "paid by transfer" });
        await Decide(dispute, "lost");
        await wallet.DisputeOf(topUp, "Lost");

        var silent = await fleet.AsOperator(HttpMethod.Post, "billing", path, new { reason = " " });
        var stranger = await fleet.AsPassenger(wallet.PassengerId, HttpMethod.Post, "billing", path, new { reason = "me" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => fleet.AsOperator(HttpMethod.Post, "billing", path, new { reason = "paid by transfer" })));

        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.Forbidden), (early.StatusCode, silent.StatusCode, stranger.StatusCode));
        var forgiven = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(Ride.Fare, (await forgiven.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("amount").GetProperty("minorUnits").GetInt64());
        Assert.Equal((0, Ride.Fare), (await wallet.Balance(), await wallet.Posted(topUp, "ChargebackLosses")));
        Assert.Equal(["WalletDebtIncurred", "WalletDebtSettled"], await DebtsTold(wallet));
        await fleet.BooksAgree();
    }

    // Fares, top-ups, disputes of any part and their ends, at once: no fare takes what is not there, and every book says the same afterwards.
    [Fact]
    public async Task Any_interleaving_of_fares_top_ups_and_disputes_leaves_books_that_agree()
    {
        const int seed = 20_131_119;
        var wallets = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            var wallet = new Wallet(fleet);
            return (Wallet: wallet, TopUps: new[] { await wallet.TopUp(1_000), await wallet.TopUp(800) });
        }));

        await Task.WhenAll(wallets.Select(async (each, turn) =>
        {
            var random = new Random(seed + turn);
            await Task.WhenAll(
                Task.WhenAll(Enumerable.Range(0, 3).Select(_ => each.Wallet.Ride())),
                Task.WhenAll(each.TopUps.Select(topUp => Shake(topUp, random.Next(2) == 0 ? 0 : random.Next(1, 800), random.Next(2) == 0 ? "won" : "lost"))),
                each.Wallet.TopUp(random.Next(500, 900)));
        }));

        var of = new { Passengers = wallets.Select(each => each.Wallet.PassengerId).ToArray() };
        const string underWay = """
            select (select count(*) from payment.disputes d join payment.top_ups t on t.id = d.top_up_id where t.passenger_id = any(@Passengers) and d.status = 'Received')
                 + (select count(*) from payment.orders where passenger_id = any(@Passengers) and open_attempt_id is not null)
            """;
        await Eventually.Get(() => fleet.One<long>(underWay, of), open => open == 0, Ct);
        await fleet.BooksAgree();
    }

    /// <summary>Opened, and decided in the end.</summary>
    async Task Shake(Guid topUp, long minorUnits, string outcome) => await Decide(await Open(topUp, minorUnits), outcome);

    /// <summary>A wallet with 20.00 from a card, of which rides of 8.00 were paid.</summary>
    async Task<(Wallet Wallet, Guid TopUp)> Ridden(int rides)
    {
        var wallet = new Wallet(fleet);
        var topUp = await wallet.TopUp(PaidIn);
        for (var ride = 0; ride < rides; ride++) await (await wallet.Ride()).Becomes("Settled");
        await wallet.Becomes(PaidIn - (rides * Ride.Fare));
        return (wallet, topUp);
    }

    async Task<Guid> Open(Guid topUp, long minorUnits)
    {
        var chargeId = await fleet.One<Guid>("select id from sandbox.charges where idempotency_key = @Key", new { Key = topUp.ToString() });
        var dispute = await fleet.AtTheProvider(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, amountMinorUnits = minorUnits });
        return dispute.GetProperty("disputeId").GetGuid();
    }

    Task Decide(Guid dispute, string outcome) =>
        fleet.AtTheProvider(HttpMethod.Post, $"/sandbox/payments/disputes/{dispute}/decision", new { outcome });

    async Task<IEnumerable<long>> Owed(Wallet wallet)
    {
        using var answer = await fleet.AsPassenger(wallet.PassengerId, HttpMethod.Get, "billing", "/v1/me/debts");
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("wallets").EnumerateArray()
            .Select(owed => owed.GetProperty("minorUnits").GetInt64())];
    }

    async Task<IReadOnlyList<string>> DebtsTold(Wallet wallet) => await fleet.All<string>(
        """
        select event_type
        from   (select id, event_type, aggregate_id from billing.outbox union all select id, event_type, aggregate_id from billing.outbox_archive) told
        where  aggregate_id = @PassengerId and event_type like 'WalletDebt%'
        order  by id
        """, new { wallet.PassengerId });
}
