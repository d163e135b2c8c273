using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>A cardholder takes a charge back through their bank: counted in the provider's books, in payment's and in the ledger.</summary>
public sealed class ChargebackTests(MoneyFleet fleet)
{
    const long Fee = 1_500;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tok_dispute_lost")]
    [InlineData("tok_dispute_twice")]
    [InlineData("tok_dispute_silent")]
    public async Task A_lost_chargeback_is_our_loss_the_driver_keeps_the_earning_and_the_passenger_owes(string cardToken)
    {
        var ride = await Ride.PaidBy(fleet, cardToken);

        var page = await Ends(ride, "Lost");

        Assert.Equal((-Fee, Ride.Fare, Fee), (page.SumOn("ProviderClearing"), page.SumOn("ChargebackLosses"), page.SumOn("ProviderFees")));
        Assert.Equal((0, -675), (page.SumOn("ChargebacksInDispute"), page.SumOn("DriverPayable")));
        var debt = Assert.Single((await Debts(ride)).EnumerateArray());
        Assert.Equal(("Chargeback", Ride.Fare), (debt.GetProperty("cause").GetString(), debt.GetProperty("amount").GetProperty("minorUnits").GetInt64()));
        Assert.Equal(
            ["ChargebackReceived", "ChargebackLost"], (await EventsOf("payment", ride)).Where(told => told.StartsWith("Chargeback", StringComparison.Ordinal)));
        Assert.Equal(["PassengerDebtIncurred"], (await EventsOf("billing", ride)).Where(told => told.StartsWith("PassengerDebt", StringComparison.Ordinal)));
        await fleet.BooksAgree();
    }

    [Theory]
    [InlineData("tok_dispute_won")]
    [InlineData("tok_dispute_late")]
    public async Task A_chargeback_that_is_won_is_back_with_its_fee_whichever_step_is_told_first(string cardToken)
    {
        var ride = await Ride.PaidBy(fleet, cardToken);

        var page = await Ends(ride, "Won");

        Assert.Equal((Ride.Fare, 0, 0), (page.SumOn("ProviderClearing"), page.SumOn("ChargebacksInDispute"), page.SumOn("ProviderFees")));
        Assert.Empty((await Debts(ride)).EnumerateArray());
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task Evidence_before_the_deadline_wins_once_and_without_it_the_dispute_is_lost()
    {
        var (defended, ignored) = (await Ride.PaidBy(fleet, "tok_dispute"), await Ride.PaidBy(fleet, "tok_dispute"));
        var evidence = $"/v1/ops/disputes/{await DisputeOf(defended)}/evidence";
        await DisputeOf(ignored);

        var empty = await fleet.AsOperator(HttpMethod.Post, "payment", evidence, new { text = " " });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(turn => fleet.AsOperator(HttpMethod.Post, "payment", evidence, new { text = $"a ride {turn}" })));
        var stranger = await fleet.AsPassenger(defended.PassengerId, HttpMethod.Post, "payment", evidence, new { text = "me" });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.Forbidden), (empty.StatusCode, stranger.StatusCode));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        await Eventually.Get(() => fleet.One<long>("select count(*) from sandbox.disputes where evidence like 'a ride _'", new { }), given => given == 1, Ct);
        await fleet.TimeForEvidencePasses();
        await Ends(defended, "Won");
        await Ends(ignored, "Lost");
        var late = await fleet.AsOperator(HttpMethod.Post, "payment", $"/v1/ops/disputes/{await DisputeOf(ignored)}/evidence", new { text = "too late" });
        Assert.Equal("dispute-ended", (await late.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_disputed_charge_is_not_refunded_above_what_is_left_and_what_is_due_goes_back_once_it_is_won()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        var dispute = await ride.Dispute(700);
        await ride.Money(page => page.SumOn("ChargebacksInDispute") == 700);
        await ride.LowerBy(300);
        await Eventually.Get(
            () => fleet.One<long>("select adjusted_minor_units from payment.orders where ride_id = @RideId", new { ride.RideId }), adjusted => adjusted == 300, Ct);

        var begun = await fleet.One<long>(
            "select count(*) from payment.refunds r join payment.orders o on o.id = r.order_id where o.ride_id = @RideId", new { ride.RideId });
        await ride.Decide(dispute, "won");

        Assert.Equal(0, begun);
        var page = await Ends(ride, "Won", page => page.SumOn("ProviderClearing") == 500);
        Assert.Single(page.GetProperty("payment").GetProperty("refunds").EnumerateArray());
        await fleet.BooksAgree();
    }

    // Of a fare of 8.00 a bank gave back what it took: the passenger owes what is left of the fare, and that is all that we lose.
    [Theory]
    [InlineData(0, true, 550)]
    [InlineData(0, false, 550)]
    [InlineData(500, true, 250)]
    [InlineData(500, false, 250)]
    public async Task What_is_taken_off_a_fare_is_set_off_against_a_lost_chargeback(long taken, bool loweredWhileOpen, long owed)
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        var dispute = await ride.Dispute(taken);
        await ride.Money(page => page.SumOn("ChargebacksInDispute") > 0);
        if (loweredWhileOpen) await LowerAndHear(ride, 250);
        await ride.Decide(dispute, "lost");
        await Ends(ride, "Lost");
        if (!loweredWhileOpen) await LowerAndHear(ride, 250);

        var page = await Ends(ride, "Lost", page => page.SumOn("ChargebackLosses") == owed);

        Assert.Equal((0, owed), (page.SumOn("PassengerReceivable"), (await OneDebt(ride, owed)).GetProperty("amount").GetProperty("minorUnits").GetInt64()));
        Assert.Equal(250, page.GetProperty("payment").GetProperty("order").GetProperty("setOff").GetProperty("minorUnits").GetInt64());
        Assert.Empty(page.GetProperty("payment").GetProperty("refunds").EnumerateArray());
        Assert.Equal(["ChargebackSetOff"], (await EventsOf("payment", ride)).Where(told => told == "ChargebackSetOff"));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task What_was_refunded_before_is_not_set_off()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.LowerBy(250);
        await ride.Money(page => page.SumOn("ProviderClearing") == 550 && page.GetProperty("verdict").GetString() == "AddsUp");

        await ride.Decide(await ride.Dispute(0), "lost");

        var page = await Ends(ride, "Lost");
        Assert.Equal((550, 0), (page.SumOn("ChargebackLosses"), page.SumOn("PassengerReceivable")));
        await OneDebt(ride, 550);
        Assert.DoesNotContain("ChargebackSetOff", await EventsOf("payment", ride));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task Who_lost_a_chargeback_is_forgiven_by_an_operator_once_and_with_a_reason()
    {
        var ride = await Ride.PaidBy(fleet, "tok_dispute_lost");
        await Ends(ride, "Lost");
        await Eventually.Get(() => Debts(ride), debts => debts.GetArrayLength() == 1, Ct);
        var path = $"/v1/ops/chargebacks/{await DisputeOf(ride)}/forgive";

        var silent = await fleet.AsOperator(HttpMethod.Post, "billing", path, new { reason = "" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => fleet.AsOperator(HttpMethod.Post, "billing", path, new { reason = "paid by transfer" })));
        var unknown = await fleet.AsOperator(HttpMethod.Post, "billing", $"/v1/ops/chargebacks/{Guid.CreateVersion7()}/forgive", new { reason = "nobody" });

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (silent.StatusCode, unknown.StatusCode));
        Assert.Equal(
            (1, 9), (answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict)));
        Assert.Empty((await Debts(ride)).EnumerateArray());
        Assert.Equal(
            ["PassengerDebtIncurred", "PassengerDebtSettled"],
            (await EventsOf("billing", ride)).Where(told => told.StartsWith("PassengerDebt", StringComparison.Ordinal)));
    }

    // Of a tip as of a fare: the driver keeps it, what is lost is our loss, the passenger owes it, and an operator may forgive it.
    [Theory]
    [InlineData("tok_dispute_lost", "Lost")]
    [InlineData("tok_dispute_twice", "Lost")]
    [InlineData("tok_dispute_silent", "Lost")]
    [InlineData("tok_dispute_won", "Won")]
    [InlineData("tok_dispute_late", "Won")]
    public async Task A_tip_that_is_taken_back_is_on_the_money_page_and_owed_when_it_is_lost(string cardToken, string end)
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Tip(300, cardToken);

        var page = await Ends(ride, end);

        var isLost = end == "Lost";
        Assert.Equal(
            (isLost ? Ride.Fare - Fee : Ride.Fare + 300, isLost ? 300 : 0, isLost ? Fee : 0),
            (page.SumOn("ProviderClearing"), page.SumOn("ChargebackLosses"), page.SumOn("ProviderFees")));
        Assert.Equal((-675 - 300, 0), (page.SumOn("DriverPayable"), page.SumOn("PassengerReceivable")));
        var dispute = Assert.Single(page.GetProperty("payment").GetProperty("disputes").EnumerateArray());
        var tip = Assert.Single(page.GetProperty("payment").GetProperty("tips").EnumerateArray());
        Assert.Equal(tip.GetProperty("tipId").GetGuid(), dispute.GetProperty("tipId").GetGuid());
        if (isLost)
        {
            Assert.Equal("Chargeback", (await OneDebt(ride, 300)).GetProperty("cause").GetString());
            var path = $"/v1/ops/chargebacks/{dispute.GetProperty("disputeId").GetGuid()}/forgive";
            using var forgiven = await fleet.AsOperator(HttpMethod.Post, "billing", path, new { reason = "an honest mistake" });
            Assert.Equal(HttpStatusCode.OK, forgiven.StatusCode);
        }

        Assert.Empty((await Debts(ride)).EnumerateArray());
        await fleet.BooksAgree();
    }

    // The tip and the fare are taken back for good, and the fare was lowered: what the passenger had paid too much is set off against the fare, not the tip.
    [Fact]
    public async Task What_is_taken_off_a_fare_is_not_set_off_against_a_tip()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Tip(300, "tok_dispute_lost");
        await Ends(ride, "Lost");
        await ride.Decide(await ride.Dispute(0), "lost");
        await DebtsAre(ride, 300, Ride.Fare);

        await LowerAndHear(ride, 250);

        await DebtsAre(ride, 300, Ride.Fare - 250);
        var tip = await fleet.One<Guid>(
            "select d.id from payment.disputes d join payment.tips t on t.id = d.tip_id where t.ride_id = @RideId", new { ride.RideId });
        using var forgiven = await fleet.AsOperator(HttpMethod.Post, "billing", $"/v1/ops/chargebacks/{tip}/forgive", new { reason = "an honest mistake" });
        Assert.Equal(HttpStatusCode.OK, forgiven.StatusCode);
        await OneDebt(ride, Ride.Fare - 250);
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task The_schema_refuses_a_refund_of_what_was_taken_back_and_to_reopen_what_was_decided()
    {
        var ride = await Ride.PaidBy(fleet, "tok_dispute_lost");
        await Ends(ride, "Lost");
        const string refund = """
            insert into payment.refunds (id, order_id, attempt_id, amount_minor_units, currency, status, due_at, created_at)
            select gen_random_uuid(), a.order_id, a.id, 1, 'USD', 'Due', now() + interval '1 day', now()
            from   payment.attempts a join payment.orders o on o.id = a.order_id
            where  o.ride_id = @RideId and a.status = 'Succeeded'
            returning 1
            """;
        const string reopen = """
            update payment.disputes d set status = 'Won' from payment.orders o where o.id = d.order_id and o.ride_id = @RideId returning 1
            """;

        var tooMuch = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.One<int>(refund, new { ride.RideId }));
        var again = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.One<int>(reopen, new { ride.RideId }));

        Assert.Equal("attempts_refunds_within_captured", tooMuch.ConstraintName);
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, again.SqlState);
    }

    /// <summary>The page, once its newest dispute has ended so and the books have heard of it.</summary>
    static Task<JsonElement> Ends(Ride ride, string status, Func<JsonElement, bool>? and = null) => ride.Money(page =>
        page.GetProperty("verdict").GetString() == "AddsUp" && page.TryGetProperty("payment", out var payment)
        && payment.GetProperty("disputes").EnumerateArray().LastOrDefault() is { ValueKind: JsonValueKind.Object } dispute
        && dispute.GetProperty("status").GetString() == status && page.SumOn("ChargebacksInDispute") == 0 && (and is null || and(page)));

    /// <summary>Until payment has heard of it.</summary>
    async Task LowerAndHear(Ride ride, long minorUnits)
    {
        await ride.LowerBy(minorUnits);
        await Eventually.Get(
            () => fleet.One<long>("select adjusted_minor_units from payment.orders where ride_id = @RideId", new { ride.RideId }),
            adjusted => adjusted == minorUnits, Ct);
    }

    /// <summary>Debts of exactly these amounts, the oldest first.</summary>
    Task DebtsAre(Ride ride, params long[] minorUnits) => Eventually.Get(
        () => Debts(ride),
        debts => debts.EnumerateArray().Select(debt => debt.GetProperty("amount").GetProperty("minorUnits").GetInt64()).SequenceEqual(minorUnits), Ct);

    /// <summary>The only debt, once it is so much.</summary>
    async Task<JsonElement> OneDebt(Ride ride, long minorUnits) => (await Eventually.Get(
        () => Debts(ride),
        debts => debts.GetArrayLength() == 1 && debts[0].GetProperty("amount").GetProperty("minorUnits").GetInt64() == minorUnits, Ct))[0];

    /// <summary>Payment's name of the ride's dispute, once it has heard of one.</summary>
    Task<Guid> DisputeOf(Ride ride) => Eventually.Get(
        () => fleet.One<Guid>(
            """
            select coalesce((
                select d.id from payment.disputes d join payment.orders o on o.id = d.order_id where o.ride_id = @RideId order by d.id limit 1), @None)
            """,
            new { ride.RideId, None = Guid.Empty }),
        id => id != Guid.Empty, Ct);

    async Task<JsonElement> Debts(Ride ride)
    {
        using var answer = await fleet.AsPassenger(ride.PassengerId, HttpMethod.Get, "billing", "/v1/me/debts");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("debts").Clone();
    }

    async Task<IReadOnlyList<string>> EventsOf(string schema, Ride ride) => await fleet.All<string>(
        $"""
        select event_type
        from   (select id, event_type, aggregate_id from {schema}.outbox union all select id, event_type, aggregate_id from {schema}.outbox_archive) told
        where  aggregate_id = @RideId
        order  by id
        """, new { ride.RideId });
}
