using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>The provider's settlement files against our books: nothing is found where nothing is wrong, and every kind of wrong by its name.</summary>
public sealed class ReconciliationTests(MoneyFleet fleet)
{
    const long Fee = 1_500;

    static DateOnly lastDay = new(2001, 1, 1);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_of_everything_agrees_and_its_net_goes_to_the_bank_once()
    {
        await Settle(await Closed());
        string[] cards = ["tok_ok", "tok_timeout", "tok_declined", "tok_dispute_won", "tok_dispute_lost"];
        var rides = await Task.WhenAll(cards.Select(card => Ride.PaidBy(fleet, card)));
        await rides[0].Becomes("Settled");
        await rides[0].LowerBy(100);
        await rides[0].Money(page => page.GetProperty("transfers").GetArrayLength() == 4);
        await rides[0].PayDriver();
        await Task.WhenAll(rides.Select((ride, turn) => ride.Money(page => IsQuiet(page) && DisputesOf(page) == (turn < 3 ? 0 : 1))));
        var day = await Closed();

        var first = await Settle(day);
        var again = await Settle(day);

        // 700 + 800 + 800, less 800 and the fee of 15.00 for the one that was lost.
        Assert.Equal(700 + 800 + 800 - Fee, Minor(Assert.Single(first.GetProperty("paidToBank").EnumerateArray())));
        Assert.Empty(first.GetProperty("differences").EnumerateArray());
        Assert.Equal("Final", again.GetProperty("reconciliation").GetProperty("status").GetString());
        Assert.Equal(1, await fleet.One<long>("select count(*) from payment.settlements where day = @Day::date", new { Day = Text(day) }));
        await fleet.BooksAgree();
    }

    // What cardholders took back of top-ups and of tips is in the provider's file and in our books alike.
    [Fact]
    public async Task A_day_of_top_ups_and_tips_that_were_taken_back_agrees()
    {
        await Settle(await Closed());
        var (spent, kept) = (new Wallet(fleet), new Wallet(fleet));
        var (lost, won) = (await spent.TopUp(1_000, "tok_dispute_lost"), await kept.TopUp(1_000, "tok_dispute_won"));
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Tip(300, "tok_dispute_lost");
        await spent.DisputeOf(lost, "Lost");
        await kept.DisputeOf(won, "Won");
        await ride.Money(page => IsQuiet(page) && DisputesOf(page) == 1);
        var day = await Closed();

        var found = await Settle(day);

        // Of the lost ones only the fees are left, of the others all.
        Assert.Equal(1_000 + Ride.Fare - (2 * Fee), Minor(Assert.Single(found.GetProperty("paidToBank").EnumerateArray())));
        Assert.Empty(found.GetProperty("differences").EnumerateArray());
        await fleet.BooksAgree();
    }

    // What phones paid, once and once too often, and what went back, is in the provider's file and in our books alike.
    [Fact]
    public async Task A_day_of_codes_agrees_and_only_the_fares_go_to_the_bank()
    {
        await Settle(await Closed());
        var rides = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Ride.ByCode(fleet)));
        var urls = await Task.WhenAll(rides.Select(ride => ride.Code()));
        var phones = await fleet.WithoutPaymentLooking(
            rides, () => Task.WhenAll(urls.SelectMany(url => Enumerable.Range(0, 3).Select(_ => fleet.PhonePays(url)))));
        await Task.WhenAll(rides.Select(ride => ride.Becomes("Settled")));
        await Task.WhenAll(rides.Select((ride, turn) =>
            ride.SurplusBecomes("Succeeded", phones.Skip(turn * 3).Take(3).Count(phone => phone == HttpStatusCode.OK) - 1)));
        await rides[0].LowerBy(100);
        await rides[0].Money(page => page.GetProperty("payment").GetProperty("totals").GetProperty("refundedMinorUnits").GetInt64() == 100);
        await Task.WhenAll(rides.Select(ride => ride.Money(IsQuiet)));

        var found = await Settle(await Closed());

        Assert.True(phones.Count(phone => phone == HttpStatusCode.OK) > rides.Length, "No two phones were quick enough.");
        Assert.Equal((3 * Ride.Fare) - 100, Minor(Assert.Single(found.GetProperty("paidToBank").EnumerateArray())));
        Assert.Empty(found.GetProperty("differences").EnumerateArray());
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task A_day_that_is_not_over_is_compared_as_far_as_it_has_come()
    {
        await (await Ride.PaidBy(fleet, "tok_ok")).Money(IsQuiet);

        // A minute before midnight the day might be over before it is compared.
        while (DateTime.UtcNow.TimeOfDay > new TimeSpan(23, 59, 0)) await Task.Delay(TimeSpan.FromSeconds(1), Ct);
        var today = await Settle(DateOnly.FromDateTime(DateTime.UtcNow));

        Assert.Equal("Preliminary", today.GetProperty("reconciliation").GetProperty("status").GetString());
        Assert.Empty(Open(today));
        Assert.Empty(today.GetProperty("paidToBank").EnumerateArray());
    }

    public static TheoryData<string, string, string> Wrongs => new()
    {
        // What is wrong in the provider's books, what it is called, and what puts it right.
        { "delete from sandbox.movements where key = @Key", "MissingAtTheirs",
            """
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
            select 'charge', id, idempotency_key, amount_minor_units, currency from sandbox.charges where idempotency_key = @Key
            """ },
        { "update sandbox.movements set amount_minor_units = amount_minor_units + 1 where key = @Key", "AmountDiffers",
            """
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
            select 'charge', gen_random_uuid(), idempotency_key, -1, currency from sandbox.charges where idempotency_key = @Key
            """ },
        {
            """
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
            select 'charge', gen_random_uuid(), idempotency_key, amount_minor_units, currency from sandbox.charges where idempotency_key = @Key
            """, "AmountDiffers",
            """
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
            select 'charge', gen_random_uuid(), idempotency_key, -amount_minor_units, currency from sandbox.charges where idempotency_key = @Key
            """
        },
        {
            """
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
            values ('refund', gen_random_uuid(), @Key || 'x', -5, 'USD')
            """, "MissingAtOurs",
            """
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, currency)
            values ('refund', gen_random_uuid(), @Key || 'x', 5, 'USD')
            """
        },
        {
            """
            delete from payment.movements where key = @Key;
            update payment.attempts set status = 'Sent', ended_at = null, due_at = now() + interval '1 day' where id::text = @Key
            """, "StateDiffers",
            """
            insert into payment.movements (type, key, provider, amount_minor_units, currency, ledger_key)
            select 'charge', id, 'sandbox', amount_minor_units, currency, 'payment:' || order_id from payment.attempts where id::text = @Key;
            update payment.attempts set status = 'Succeeded', ended_at = now() where id::text = @Key
            """
        },
    };

    [Theory]
    [MemberData(nameof(Wrongs))]
    public async Task What_is_wrong_is_found_by_its_cause_and_closes_itself_when_a_later_file_explains_it(string wrong, string cause, string right)
    {
        await Settle(await Closed());
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Money(IsQuiet);
        var key = new { Key = (await AttemptOf(ride)).ToString() };
        await fleet.ExecuteUnguarded(wrong, key);
        await LongAgo(key.Key);
        var day = await Closed();

        var found = await Settle(day);
        var difference = Assert.Single(Open(found));
        await fleet.ExecuteUnguarded(right, key);
        var later = await Closed();
        var explained = await Settle(later);

        Assert.Equal(cause, difference.GetProperty("cause").GetString());
        Assert.StartsWith(key.Key, difference.GetProperty("key").GetString(), StringComparison.Ordinal);
        Assert.Empty(Open(explained));
        var closed = Assert.Single(explained.GetProperty("differences").EnumerateArray(), one => IdOf(one) == IdOf(difference));
        Assert.Equal(Text(later), closed.GetProperty("closedBy").GetString());
        await Forget(key.Key);
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task What_missed_the_cut_off_by_little_is_expected_in_the_next_file()
    {
        await Settle(await Closed());
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Money(IsQuiet);
        var key = new { Key = (await AttemptOf(ride)).ToString() };
        await fleet.ExecuteUnguarded("update sandbox.movements set occurred_at = occurred_at + interval '1 hour' where key = @Key", key);
        var day = await Closed();

        var found = await Settle(day);
        await fleet.ExecuteUnguarded("update sandbox.movements set occurred_at = occurred_at - interval '1 hour' where key = @Key", key);
        var next = await Settle(await Closed());

        Assert.Equal("CutOff", Assert.Single(Open(found)).GetProperty("cause").GetString());
        Assert.Empty(Open(next));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task A_ledger_that_says_otherwise_is_a_difference_of_its_own()
    {
        await Settle(await Closed());
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Money(IsQuiet);
        const string paid = "(select transfer_id from billing.ledger_transfers where ride_id = @RideId and kind = 'Payment')";
        const string lose = $"update billing.ledger_keys set business_key = business_key || '-gone' where transfer_id in {paid}";
        const string find = $"update billing.ledger_keys set business_key = replace(business_key, '-gone', '') where transfer_id in {paid}";
        await LongAgo((await AttemptOf(ride)).ToString());
        var day = await Closed();
        // From here on only this day's file names it: what runs of itself every half second would find it under yesterday.
        Assert.Empty(Open(await Settle(day)));
        await fleet.ExecuteUnguarded(lose, new { ride.RideId });

        var found = await Settle(day);
        await fleet.ExecuteUnguarded(find, new { ride.RideId });
        var explained = await Settle(day);

        Assert.Equal("MissingInLedger", Assert.Single(Open(found)).GetProperty("cause").GetString());
        Assert.Empty(Open(explained));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task A_dispute_of_which_nobody_told_is_learnt_of_from_the_file()
    {
        await Settle(await Closed());
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        var attempt = await AttemptOf(ride);
        var chargeId = await fleet.One<Guid>("select id from sandbox.charges where idempotency_key = @Key", new { Key = attempt.ToString() });
        await fleet.ExecuteUnguarded(
            """
            insert into sandbox.disputes (id, charge_id, amount_minor_units, fee_minor_units, reason, status, outcome, evidence_due_at, decides_at, decided_at)
            values (@Id, @ChargeId, 800, 1500, 'fraudulent', 'Lost', 'Lost', now(), now(), now());
            insert into sandbox.movements (type, movement_id, key, amount_minor_units, fee_minor_units, currency)
            values ('chargeback', @Id, @Id::text, -800, 1500, 'USD');
            update sandbox.charges set disputed_minor_units = 800 where id = @ChargeId
            """, new { Id = Guid.CreateVersion7(), ChargeId = chargeId });

        var found = await Settle(await Closed());

        Assert.Empty(Open(found));
        await ride.Money(page => IsQuiet(page) && DisputesOf(page) == 1);
        await fleet.BooksAgree();
    }

    // Neither the payout nor its return is part of what the provider owes: it left our bank account, and came back there.
    [Theory]
    [InlineData("TESTRETURNED")]
    [InlineData("TESTRETURNEDSILENT")]
    public async Task A_payout_that_a_bank_sent_back_is_explained_whoever_told_of_it(string accountNumber)
    {
        await Settle(await Closed());
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Money(IsQuiet);
        await ride.PayDriver(accountNumber);
        var payoutId = (await ride.Payouts())[0].GetProperty("payoutId").GetGuid();
        await Eventually.Get(
            () => fleet.One<string>("select status from sandbox.transfers where idempotency_key = @Key", new { Key = payoutId.ToString() }),
            status => status == "Returned", Ct);

        var found = await Settle(await Closed());

        await ride.IsReturned(payoutId);
        Assert.Empty(found.GetProperty("differences").EnumerateArray());
        Assert.Equal(Ride.Fare, Minor(Assert.Single(found.GetProperty("paidToBank").EnumerateArray())));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task Twenty_operators_at_once_have_a_day_reconciled_and_others_may_not()
    {
        var day = await Closed();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Run(day)));
        var settled = await Settle(day);
        using var passenger = await fleet.AsPassenger(Guid.CreateVersion7(), HttpMethod.Get, "payment", "/v1/ops/reconciliations");
        using var tomorrow = await Run(DateOnly.FromDateTime(DateTime.UtcNow).AddDays(1));
        using var unknown = await fleet.AsOperator(HttpMethod.Get, "payment", "/v1/ops/reconciliations/1999-01-01");
        using var list = await fleet.AsOperator(HttpMethod.Get, "payment", "/v1/ops/reconciliations?limit=100");

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Equal("Final", settled.GetProperty("reconciliation").GetProperty("status").GetString());
        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.NotFound), (passenger.StatusCode, tomorrow.StatusCode, unknown.StatusCode));
        Assert.Contains(
            (await list.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("reconciliations").EnumerateArray(),
            one => one.GetProperty("day").GetString() == Text(day));
    }

    /// <summary>A day of its own, closed at the provider with everything that was in no file yet.</summary>
    async Task<DateOnly> Closed()
    {
        lastDay = lastDay.AddDays(1);
        await fleet.AskTheProvider(HttpMethod.Post, $"/sandbox/payments/settlements/{Text(lastDay)}/close");
        return lastDay;
    }

    /// <summary>The day, once an operator has had it done.</summary>
    async Task<JsonElement> Settle(DateOnly day)
    {
        var before = DateTimeOffset.UtcNow;
        using var asked = await Run(day);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        return await Eventually.Get(
            async () =>
            {
                using var answer = await fleet.AsOperator(HttpMethod.Get, "payment", $"/v1/ops/reconciliations/{Text(day)}");
                return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).Clone();
            },
            view => view.GetProperty("reconciliation") is var it && !it.GetProperty("underWay").GetBoolean()
                && it.GetProperty("ledgerCheckedAt").GetDateTimeOffset() >= before,
            Ct);
    }

    Task<HttpResponseMessage> Run(DateOnly day) => fleet.AsOperator(HttpMethod.Post, "payment", $"/v1/ops/reconciliations/{Text(day)}/run");

    Task<Guid> AttemptOf(Ride ride) => fleet.One<Guid>(
        "select a.id from payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId and a.status = 'Succeeded'",
        new { ride.RideId });

    /// <summary>So that it is not just the cut-off that it missed.</summary>
    Task LongAgo(string key) => fleet.ExecuteUnguarded(
        "update payment.movements set recorded_at = recorded_at - interval '2 hours' where key = @Key", new { Key = key });

    /// <summary>What a test has made up leaves no trace in the books of the next.</summary>
    Task Forget(string key) => fleet.ExecuteUnguarded(
        """
        delete from sandbox.movements it where key = @Key || 'x' or (key = @Key and not exists (select from sandbox.charges where id = it.movement_id));
        update sandbox.movements set amount_minor_units = (select amount_minor_units from sandbox.charges where idempotency_key = @Key) where key = @Key
        """, new { Key = key });

    static Guid IdOf(JsonElement difference) => difference.GetProperty("differenceId").GetGuid();

    static bool IsQuiet(JsonElement page) => page.GetProperty("verdict").GetString() == "AddsUp"
        && page.GetProperty("fare").GetProperty("settlement").GetString() != "Pending"
        && page.GetProperty("payment").GetProperty("disputes").EnumerateArray().All(dispute => dispute.GetProperty("status").GetString() != "Received");

    static int DisputesOf(JsonElement page) => page.GetProperty("payment").GetProperty("disputes").GetArrayLength();

    static List<JsonElement> Open(JsonElement view) =>
        [.. view.GetProperty("differences").EnumerateArray().Where(difference => !difference.TryGetProperty("closedAt", out _))];

    static long Minor(JsonElement money) => money.GetProperty("minorUnits").GetInt64();

    static string Text(DateOnly day) => day.ToString("yyyy-MM-dd");
}
