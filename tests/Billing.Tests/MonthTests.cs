using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>A closed month stays as it is, whoever posts.</summary>
public sealed class MonthTests(BillingFleet fleet) : MonthsUnderTest(fleet)
{
    [Fact]
    public async Task A_second_operator_closes_a_month_and_what_happened_in_it_later_is_posted_in_the_open_one()
    {
        var month = NextMonth();
        var before = await Post(month.AddDays(3));

        var proposed = await Close(month, First);
        var alone = await Decide(month, "approve", First);
        var closed = await Decide(month, "approve", Second);
        var (late, open) = (await Post(month.AddDays(4)), await Post(month.AddMonths(1).AddDays(4)));

        Assert.Equal((HttpStatusCode.Created, "Proposed"), (proposed.StatusCode, await Text(proposed, "status")));
        Assert.Equal((HttpStatusCode.Forbidden, "second-operator-required"), (alone.StatusCode, await Text(alone, "code")));
        Assert.Equal((HttpStatusCode.OK, "Closed"), (closed.StatusCode, await Text(closed, "status")));
        Assert.Equal((month.AddDays(3), null), await Booked(before));
        Assert.Equal((month.AddMonths(1), month.AddDays(4)), await Booked(late));
        Assert.Equal((month.AddMonths(1).AddDays(4), null), await Booked(open));
        Assert.Equal(month.AddMonths(1), (await Months()).GetProperty("closedUntil").GetDateTimeOffset());
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>Not by us, not by the owner of the schema.</summary>
    [Fact]
    public async Task Nothing_is_dated_into_a_closed_month_and_nobody_opens_it_again()
    {
        var month = await Closed();
        var transfer = Guid.CreateVersion7();
        var dated = $"""
            insert into billing.ledger_transfers (transfer_id, business_key, kind, ride_id, occurred_at)
            values ('{transfer}', '{transfer}', 'Fare', '{transfer}', '{month.AddDays(1):O}')
            """;
        var reopened = $"update billing.month_closings set status = 'Rejected' where month = '{month:yyyy-MM-dd}' and status = 'Closed'";

        foreach (var (sql, code) in new[]
        {
            (dated, PostgresErrorCodes.CheckViolation),
            ("update billing.ledger_horizon set closed_until = null", PostgresErrorCodes.InsufficientPrivilege),
            ($"update billing.ledger_horizon set closed_until = '{month:O}'", PostgresErrorCodes.InsufficientPrivilege),
            ("delete from billing.ledger_horizon", PostgresErrorCodes.InsufficientPrivilege),
            ("truncate billing.ledger_horizon", PostgresErrorCodes.InsufficientPrivilege),
            (reopened, PostgresErrorCodes.InsufficientPrivilege),
        })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => Fleet.ExecuteAsOwner(sql));
            Assert.Equal((sql, code), (sql, refused.SqlState));
        }

        Assert.Equal("month-closed", await Text(await Close(month, First), "code"));
        Assert.Equal("month-closed", await Text(await Close(month.AddYears(-1), First), "code"));
        Assert.Equal(HttpStatusCode.NotFound, (await Decide(month, "reject", Second)).StatusCode);
    }

    /// <summary>Forty transfers around a closing: each is in the month and in what is kept of it, or it is in the open month and in none of that.</summary>
    [Fact]
    public async Task Who_posts_while_a_month_is_closed_is_in_it_or_after_it_and_its_balances_know()
    {
        var month = NextMonth();
        await Close(month, First);
        var posted = new List<Guid>();
        var driver = Guid.CreateVersion7();

        var posting = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var turn = 0; turn < 5; turn++)
            {
                var ride = await Post(month.AddDays(turn), driver);
                lock (posted) posted.Add(ride);
            }
        }));
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Decide(month, "approve", Second)));
        await posting;

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.NotFound }));
        var booked = await Task.WhenAll(posted.Select(Booked));
        var inside = booked.Count(each => each.OccurredAt < month.AddMonths(1));
        Assert.All(booked.Where(each => each.OccurredAt >= month.AddMonths(1)), each => Assert.Equal(month.AddMonths(1), each.OccurredAt));
        Assert.Equal(inside == 0 ? null : -100L * inside, await Kept(month, driver));
        Assert.Equal(-100 * 40, await Fleet.Balance("DriverPayable", driver));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Balances_are_kept_month_by_month_and_say_what_the_entries_say()
    {
        var (driver, first, second) = (Guid.CreateVersion7(), NextMonth(), NextMonth());
        await Post(first.AddDays(1), driver);
        await Post(second.AddDays(1), driver);
        await Post(second.AddDays(2), driver);

        await Close(second, First);
        await Decide(second, "approve", Second);

        Assert.Equal((-100, -200), (await Kept(first, driver), await Kept(second, driver)));
        Assert.Equal([-100L, -300L], await Fleet.Column<long>("""
            select closing_minor_units from billing.month_balances join billing.ledger_accounts using (account_id)
            where  party_id = @driver and kind = 'DriverPayable' order by month
            """, new { driver }));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_proposal_is_made_once_and_can_be_rejected_and_made_again()
    {
        var month = NextMonth();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Close(month, First)));
        var rejected = await Decide(month, "reject", First);
        var again = await Close(month, Second);

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.Created), answer => Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode));
        Assert.Equal("Rejected", await Text(rejected, "status"));
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Decide(month, "approve", First)).StatusCode);
    }

    [Theory]
    [InlineData("2013-13", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("november", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("0001-01", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("2999-01", HttpStatusCode.Conflict, "month-not-over")]
    public async Task What_is_no_month_or_not_over_is_not_closed(string month, HttpStatusCode status, string code)
    {
        var answer = await Send(HttpMethod.Post, $"/v1/ops/months/{month}/close", First);

        Assert.Equal((status, code), (answer.StatusCode, await Text(answer, "code")));
    }

    [Fact]
    public async Task Only_operators_see_and_close_months()
    {
        foreach (var path in new[] { "/v1/ops/months", "/v1/ops/months/2001-01/close", "/v1/ops/months/2001-01/close/approve", "/v1/ops/months/2001-01/close/reject" })
        {
            using var request = Fleet.Request(path.EndsWith("months", StringComparison.Ordinal) ? HttpMethod.Get : HttpMethod.Post, path, Guid.CreateVersion7());
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, (await Fleet.Send(request)).StatusCode));
        }
    }

    /// <summary>
    /// The month in which billing started and the two to come have tables of their own before anybody posts in them; a month that is made twice is there once.
    /// </summary>
    [Fact]
    public async Task Months_are_made_ahead()
    {
        await Books.Until("the months are there", async () => await Fleet.Count(
            """
            generate_series(0, 2) ahead, (values ('ledger_entries_'), ('ledger_transfers_'), ('fares_')) parent (name)
            where to_regclass('billing.' || parent.name || to_char(@startedAt::timestamptz at time zone 'UTC' + make_interval(months => ahead), 'YYYY_MM')) is not null
            """, new { startedAt = Fleet.StartedAt }) == 9);
        foreach (var make in new[] { "select billing.create_ledger_month('2077-05-05Z')", "select billing.create_fare_month('2077-05-05Z')" })
        {
            var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Made(make)));
            Assert.Equal((make, 1), (make, made.Count(each => each)));
        }

        var last = new DateTimeOffset(2077, 5, 31, 23, 59, 59, TimeSpan.Zero);
        var (ride, charged) = (await Post(last), Guid.CreateVersion7());
        await Fleet.Finished(Ride.InNewYork());
        await WriteFare(charged, last);
        Assert.Equal(["billing.ledger_transfers_2077_05"], await TablesOf("ledger_transfers", ride));
        Assert.Equal(["billing.fares_2077_05"], await TablesOf("fares", charged));
    }

    /// <summary>Who posts and who reads does not notice that months are made, and is never the one that has to give way.</summary>
    [Fact]
    public async Task Nobody_is_refused_anything_because_a_month_is_made()
    {
        var id = Guid.CreateVersion7();
        using var made = new CancellationTokenSource();
        var posting = Enumerable.Range(0, 4).Select(async turn =>
        {
            var posted = 0;
            for (; !made.IsCancellationRequested; posted++) await Post(new(2078, 1 + turn, 2, 0, 0, 0, TimeSpan.Zero));
            return posted;
        }).ToList();
        var reading = Enumerable.Range(0, 2).Select(async turn =>
        {
            var (one, other) = turn == 0 ? ("transfers", "entries") : ("entries", "transfers");
            while (!made.IsCancellationRequested)
            {
                await Fleet.Column<Guid>($"select transfer_id from billing.ledger_{one} join billing.ledger_{other} using (transfer_id, occurred_at) where transfer_id = @id", new { id });
            }
        }).ToList();

        for (var month = 1; month <= 4; month++) Assert.True(await Made($"select billing.create_ledger_month('2079-{month:00}-05Z')"));
        await made.CancelAsync();

        Assert.All(await Task.WhenAll(posting), posted => Assert.True(posted > 0));
        await Task.WhenAll(reading);
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>As the sweep makes it; again when whoever posts at that moment goes first, as the sweep does at its next turn.</summary>
    async Task<bool> Made(string make)
    {
        while (true)
        {
            try
            {
                await using var tx = await Fleet.Database.Begin(Stop);
                await tx.Execute("set local statement_timeout = '800ms'", null, Stop);
                var made = await tx.Find<bool>(make, null, Stop);
                await tx.Commit(Stop);
                return made;
            }
            catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), Stop);
            }
        }
    }

    /// <summary>A key posts once whatever the months: the second time is another month.</summary>
    [Fact]
    public async Task A_business_key_posts_once_over_all_months()
    {
        var transfer = Transfer(DateTimeOffset.UtcNow, Guid.CreateVersion7());

        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => Write(transfer with { OccurredAt = transfer.OccurredAt.AddMonths(number % 4) })));

        Assert.Equal(-100, await Fleet.Balance("DriverPayable", transfer.Postings[1].PartyId));
        Assert.Equal(1, await Fleet.Count("billing.ledger_transfers where business_key = @BusinessKey", new { transfer.BusinessKey }));
    }

    async Task<DateTimeOffset> Closed()
    {
        var month = NextMonth();
        await Close(month, First);
        Assert.Equal(HttpStatusCode.OK, (await Decide(month, "approve", Second)).StatusCode);
        return month;
    }

    static LedgerTransfer Transfer(DateTimeOffset at, Guid driver) => new(
        $"test:{Guid.CreateVersion7()}", TransferKind.Payment, Guid.CreateVersion7(), "USD", at,
        [new(AccountKind.ProviderClearing, Guid.Empty, 100), new(AccountKind.DriverPayable, driver, -100)]);

    async Task<Guid> Post(DateTimeOffset at, Guid? driver = null)
    {
        var transfer = Transfer(at, driver ?? Guid.CreateVersion7());
        await Write(transfer);
        return transfer.RideId!.Value;
    }

    async Task Write(LedgerTransfer transfer)
    {
        await using var tx = await Fleet.Database.Begin(Stop);
        Ledger.Write(transfer, tx);
        await tx.Commit(Stop);
    }

    async Task<(DateTimeOffset OccurredAt, DateTimeOffset? HappenedAt)> Booked(Guid rideId)
    {
        const string times = "select occurred_at || '|' || coalesce(happened_at::text, '') from billing.ledger_transfers where ride_id = @rideId";
        var parts = Assert.Single(await Fleet.Column<string>(times, new { rideId })).Split('|');
        return (At(parts[0]), parts[1] == "" ? null : At(parts[1]));

        static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>What was kept of a driver's account, once the month is kept; null when nothing was.</summary>
    async Task<long?> Kept(DateTimeOffset month, Guid driver)
    {
        var row = new { month = month.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), driver };
        await Books.Until("the month is kept", async () => await Fleet.Count("billing.kept_months where month >= @month::date", row) > 0);
        var kept = await Fleet.Column<long>("""
            select moved_minor_units from billing.month_balances join billing.ledger_accounts using (account_id)
            where  month = @month::date and party_id = @driver and kind = 'DriverPayable'
            """, row);
        return kept.Count == 0 ? null : Assert.Single(kept);
    }

    async Task<JsonElement> Months() => await (await Send(HttpMethod.Get, "/v1/ops/months", First)).Content.ReadFromJsonAsync<JsonElement>(Stop);

    static async Task<string?> Text(HttpResponseMessage answer, string name) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty(name).GetString();
}
