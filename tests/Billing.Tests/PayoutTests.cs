using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>
/// Drivers are paid what they have earned: reserved once, whoever asks however often, and back on the balance when it does not arrive. A batch pays whoever has
/// an account, so other tests of drivers who have one run before or after these.
/// </summary>
[Collection("Payouts")]
public sealed class PayoutTests(BillingFleet fleet)
{
    const int Callers = 20;

    /// <summary>Two rides of 8.00 of which the driver has 6.75 each.</summary>
    const long Earned = 1_350;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // NebengJek 15, 20: two at once both passed the check.
    [Fact]
    public async Task Of_twenty_requests_at_once_one_is_reserved_and_the_fee_is_paid_once()
    {
        var driver = await DriverWithEarnings();

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => RequestPayout(driver)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(0, await fleet.Balance("DriverPayable", driver));
        var due = Assert.Single(await Told(driver));
        Assert.Equal(new Money(Earned - 50, "USD"), due.Amount);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_arrived_leaves_the_bank_once_and_the_driver_sees_it()
    {
        var driver = await DriverWithEarnings();
        await RequestPayout(driver);
        var due = Assert.Single(await Told(driver));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).Select(_ => Sent(due))]);

        var payout = Assert.Single((await Read("/v1/me/payouts", driver)).GetProperty("payouts").EnumerateArray());
        Assert.Equal(
            ("Sent", "OnDemand", 50), (payout.GetProperty("status").GetString(), payout.GetProperty("schedule").GetString(), Minor(payout, "fee")));
        Assert.Equal(1, await fleet.Count("billing.ledger_transfers where payout_id = @PayoutId and kind = 'PayoutSent'", due));
        Assert.Equal("below-minimum", await CodeOf(await RequestPayout(driver)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_did_not_arrive_is_back_on_the_balance_once_and_can_be_asked_for_again()
    {
        var driver = await DriverWithEarnings();
        await RequestPayout(driver);
        var due = Assert.Single(await Told(driver));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).Select(_ => Failed(due))]);
        var balance = await fleet.Balance("DriverPayable", driver);
        await fleet.Deliver(Sent(due));
        var again = await RequestPayout(driver);

        Assert.Equal(-Earned, balance);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(2, (await Told(driver)).Count);
        Assert.Equal(0, await fleet.Count("billing.ledger_transfers where payout_id = @PayoutId and kind = 'PayoutSent'", due));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    // By whichever of the two is heard first, told twenty times, at two copies: both are booked once, and the driver can ask for it again.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_bank_sent_back_is_on_the_balance_again_once_with_its_fee(bool arrivalIsHeardFirst)
    {
        var driver = await DriverWithEarnings();
        await RequestPayout(driver);
        var due = Assert.Single(await Told(driver));
        if (arrivalIsHeardFirst) await fleet.Deliver(Sent(due));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).Select(_ => Returned(due))]);
        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).SelectMany(_ => new Event[] { Sent(due), Returned(due), Failed(due) })]);

        Assert.Equal(-Earned, await fleet.Balance("DriverPayable", driver));
        var payout = Assert.Single((await Read("/v1/me/payouts", driver)).GetProperty("payouts").EnumerateArray());
        Assert.Equal(("Returned", "account-closed"), (payout.GetProperty("status").GetString(), payout.GetProperty("failureCode").GetString()));
        Assert.True(payout.TryGetProperty("returnedAt", out _));
        Assert.Equal(
            [$"payout-sent-back:{due.PayoutId}", $"payout-sent:{due.PayoutId}", $"payout:{due.PayoutId}"],
            await fleet.Column<string>(
                "select business_key from billing.ledger_transfers where payout_id = @PayoutId order by business_key collate \"C\"", due));
        var entries = (await Read("/v1/me/earnings", driver)).GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(("PayoutReturned", Earned), (entries[0].GetProperty("kind").GetString(), Minor(entries[0], "amount")));
        Assert.Equal(0, await fleet.BankOf(due));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_came_back_is_paid_out_again_and_arrives()
    {
        var driver = await DriverWithEarnings();
        await RequestPayout(driver);
        var first = Assert.Single(await Told(driver));
        await fleet.Deliver(Sent(first), Returned(first));

        var again = await RequestPayout(driver);
        var second = (await Told(driver))[1];
        await fleet.Deliver(Sent(second));

        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(first.Amount, second.Amount);
        Assert.Equal(0, await fleet.Balance("DriverPayable", driver));
        Assert.Equal((0, -second.Amount.MinorUnits), (await fleet.BankOf(first), await fleet.BankOf(second)));
        var payouts = (await Read("/v1/me/payouts", driver)).GetProperty("payouts").EnumerateArray().Select(payout => payout.GetProperty("status").GetString());
        Assert.Equal(["Sent", "Returned"], payouts);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    // Who asks for a payout and who gives one back take the driver's account one after the other, whatever else is going on with it.
    [Fact]
    public async Task Payouts_that_come_back_while_their_drivers_ask_for_others_are_booked_once()
    {
        var drivers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DriverWithEarnings()));
        await Task.WhenAll(drivers.Select(driver => RequestPayout(driver)));
        var first = (await Task.WhenAll(drivers.Select(Told))).Select(told => Assert.Single(told)).ToList();

        var asking = Task.WhenAll(drivers.SelectMany(driver => Enumerable.Range(0, 4).Select(_ => RequestPayout(driver))));
        await fleet.DeliverAtOnce([.. first.SelectMany(due => new Event[] { Returned(due), Sent(due), Returned(due) })]);
        await asking;

        foreach (var (driver, due) in drivers.Zip(first))
        {
            var reserved = (await Told(driver)).Skip(1).Sum(later => later.Amount.MinorUnits + 50);
            Assert.Equal(reserved - Earned, await fleet.Balance("DriverPayable", driver));
            Assert.Equal(0, await fleet.BankOf(due));
        }

        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Theory]
    [InlineData("Sent", "status = 'Reserved', ended_at = null")]
    [InlineData("Sent", "status = 'Failed', failure_code = 'other'")]
    [InlineData("Returned", "status = 'Sent', failure_code = null, returned_at = null")]
    [InlineData("Returned", "failure_code = 'other'")]
    public async Task What_was_sent_can_only_come_back_and_what_came_back_is_final(string end, string change)
    {
        var driver = await DriverWithEarnings();
        await RequestPayout(driver);
        var due = Assert.Single(await Told(driver));
        await fleet.Deliver(end == "Sent" ? Sent(due) : Returned(due));

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => fleet.ExecuteAsOwner($"update billing.payouts set {change} where payout_id = '{due.PayoutId}'"));

        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task Nobody_is_paid_without_an_account_or_with_less_than_the_minimum()
    {
        var (nobody, poor) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await fleet.Deliver(Account(poor, ready: true, version: 2), Account(nobody, ready: false, version: 3), Account(nobody, ready: true, version: 2));

        Assert.Equal("no-bank-account", await CodeOf(await RequestPayout(nobody)));
        Assert.Equal("below-minimum", await CodeOf(await RequestPayout(poor)));
        Assert.Equal(HttpStatusCode.BadRequest, (await RequestPayout(poor, currency: "dollars")).StatusCode);
    }

    /// <summary>Two copies share the batch, and it begins anew although it has ended: once per driver and day all the same.</summary>
    [Fact]
    public async Task A_batch_pays_every_driver_once_however_often_it_runs()
    {
        var drivers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => DriverWithEarnings()));

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await fleet.ExecuteAsOwner("delete from billing.payout_batches");
            await Books.Until("the batch has ended", async () => await fleet.Count("billing.payout_batches where currency = 'USD'", new { }) == 1);
            await fleet.DeliverAtOnce([.. (await Task.WhenAll(drivers.Select(Told))).Select(told => Sent(told[0]))]);
            await Task.WhenAll(drivers.Select(driver => fleet.Finished(Ride.InNewYork() with { DriverId = driver })));
            await Task.WhenAll(drivers.Select(driver => fleet.Finished(Ride.InNewYork() with { DriverId = driver })));
        }

        foreach (var driver in drivers)
        {
            var due = Assert.Single(await Told(driver));
            Assert.Equal(new Money(Earned, "USD"), due.Amount);
            Assert.Equal(-3 * Earned, await fleet.Balance("DriverPayable", driver));
        }

        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A fare that is being posted locks the account of its driver: the batch pays the others, and ends only when it has paid that one, too.</summary>
    [Fact]
    public async Task A_driver_whose_account_is_locked_does_not_miss_the_batch()
    {
        var (busy, free) = (await DriverWithEarnings(), await DriverWithEarnings());
        await using var posting = await fleet.Owner.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await posting.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await posting.ExecuteAsync("select from billing.ledger_accounts where kind = 'DriverPayable' and party_id = @busy for update", new { busy }, transaction);
            await fleet.ExecuteAsOwner("delete from billing.payout_batches");
            await Books.Until("the other driver is paid", async () => (await Told(free)).Count == 1);
            Assert.Equal(0, await fleet.Count("billing.payout_batches where currency = 'USD'", new { }));
        }

        await Books.Until("the batch has ended", async () => await fleet.Count("billing.payout_batches where currency = 'USD'", new { }) == 1);
        Assert.Single(await Told(busy));
    }

    [Fact]
    public async Task A_statement_adds_up()
    {
        var before = TodayInNewYork();
        var driver = await DriverWithEarnings();
        await RequestPayout(driver);
        var today = TodayInNewYork();

        // One week, but for who tests around the midnight before a Monday.
        var weeks = new[] { before, today }.Select(day => day.AddDays(-(((int)day.DayOfWeek + 6) % 7))).Distinct();
        var statements = await Task.WhenAll(weeks.Select(week => Read($"/v1/me/statements?period=week&on={week:yyyy-MM-dd}&currency=USD", driver)));
        var nextWeek = await Read($"/v1/me/statements?period=day&on={today.AddDays(7):yyyy-MM-dd}&currency=USD", driver);

        var lines = statements.SelectMany(statement => statement.GetProperty("lines").EnumerateArray())
            .GroupBy(line => line.GetProperty("kind").GetString()!)
            .Select(kind => (kind.Key, (kind.Sum(line => line.GetProperty("movements").GetInt64()), kind.Sum(line => Minor(line, "amount")))));
        Assert.Equal([("Fare", (2L, Earned)), ("PayoutReserved", (1L, -Earned))], lines.Order());
        Assert.Equal((0, 0), (Minor(statements[0], "opening"), Minor(statements[^1], "closing")));
        Assert.Equal((0, 0), (Minor(nextWeek, "opening"), nextWeek.GetProperty("lines").GetArrayLength()));
        Assert.Equal(HttpStatusCode.BadRequest, (await Get("/v1/me/statements?period=year&on=2013-11-18&currency=USD", driver)).StatusCode);
    }

    static DateOnly TodayInNewYork() =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).DateTime);

    Task<IReadOnlyList<PayoutDue>> Told(Guid driver) => fleet.Told(driver);

    /// <summary>With an account, and two rides driven.</summary>
    async Task<Guid> DriverWithEarnings()
    {
        var driver = Guid.CreateVersion7();
        await fleet.Finished(Ride.InNewYork() with { DriverId = driver });
        await fleet.Finished(Ride.InNewYork() with { DriverId = driver });
        await fleet.Deliver(Account(driver, ready: true, version: 2));
        return driver;
    }

    async Task<HttpResponseMessage> RequestPayout(Guid driver, string currency = "USD")
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/me/payouts", driver);
        request.Content = JsonContent.Create(new { currency });
        return await fleet.Send(request);
    }

    async Task<HttpResponseMessage> Get(string path, Guid driver)
    {
        using var request = fleet.Request(HttpMethod.Get, path, driver);
        return await fleet.Send(request);
    }

    async Task<JsonElement> Read(string path, Guid driver) =>
        await (await Get(path, driver)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Stop);

    static long Minor(JsonElement of, string name) => of.GetProperty(name).GetProperty("minorUnits").GetInt64();

    static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("code").GetString();

    static PayoutAccountChanged Account(Guid driver, bool ready, long version) => new(driver, ready) { OccurredAt = DateTimeOffset.UtcNow, Version = version };

    static PayoutSent Sent(PayoutDue due) => new(due.PayoutId, due.DriverId, due.Amount) { OccurredAt = DateTimeOffset.UtcNow, Version = 2 };

    static PayoutReturned Returned(PayoutDue due) =>
        new(due.PayoutId, due.DriverId, due.Amount, "account-closed") { OccurredAt = DateTimeOffset.UtcNow, Version = 3 };

    static PayoutFailed Failed(PayoutDue due) =>
        new(due.PayoutId, due.DriverId, due.Amount, "account-closed") { OccurredAt = DateTimeOffset.UtcNow, Version = 2 };
}
