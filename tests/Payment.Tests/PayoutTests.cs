using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What billing reserves for a driver is paid once, to the account that they named, or known not to be. Counted in the provider's own books.</summary>
public sealed class PayoutTests(PaymentFleet fleet)
{
    const string Account = "/v1/me/bank-account";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // NebengJek 20: a redelivered message acted again. The same payout, and the same payout told anew, forty times at two copies.
    [Fact]
    public async Task A_payout_told_forty_times_is_paid_once()
    {
        var payout = Due(await DriverWith("DE89370400440532013000"));
        var anew = Enumerable.Range(0, 20).Select(_ => payout with { EventId = Guid.CreateVersion7() }).ToList();

        await Task.WhenAll(anew.Concat(Enumerable.Repeat(payout, 20)).Select(told => fleet.Publish(told, Ct)));

        await fleet.AllAreHandled([payout, .. anew], Ct);
        Assert.Equal("Succeeded", await fleet.PayoutEnds(payout, Ct));
        Assert.Equal((1, 5_000), await fleet.PaidFor(payout, Ct));
        Assert.Equal(["PayoutSent"], await fleet.EventsAbout(payout.PayoutId, Ct));
    }

    // NebengJek 30: a call whose answer was lost was sent again without a key.
    [Theory]
    [InlineData("TESTTIMEOUT")]
    [InlineData("TESTERRORAFTER")]
    [InlineData("TESTDELAY")]
    [InlineData("TESTPENDING")]
    [InlineData("TESTWEBHOOKTWICE")]
    [InlineData("TESTWEBHOOKLATE")]
    public async Task A_payout_whose_answer_is_lost_or_late_is_paid_once(string accountNumber)
    {
        var payout = Due(await DriverWith(accountNumber));

        await fleet.Publish(payout, Ct);

        Assert.Equal("Succeeded", await fleet.PayoutEnds(payout, Ct));
        Assert.Equal((1, 5_000), await fleet.PaidFor(payout, Ct));
        Assert.Equal(["PayoutSent"], await fleet.EventsAbout(payout.PayoutId, Ct));
    }

    [Theory]
    [InlineData("TESTDECLINED", "account-closed")]
    [InlineData("TESTPENDINGDECLINED", "account-closed")]
    [InlineData("TESTERROR", "provider-error")]
    [InlineData(null, "no-bank-account")]
    public async Task A_payout_that_cannot_be_paid_fails_once_with_its_reason(string? accountNumber, string code)
    {
        var payout = Due(accountNumber is null ? fleet.Driver(Guid.CreateVersion7()) : await DriverWith(accountNumber));

        await fleet.Publish(payout, Ct);

        Assert.Equal(code, await fleet.PayoutEnds(payout, Ct));
        Assert.Equal((0, 0), await fleet.PaidFor(payout, Ct));
        Assert.Equal(["PayoutFailed"], await fleet.EventsAbout(payout.PayoutId, Ct));
    }

    [Fact]
    public async Task An_account_is_sealed_and_only_its_end_is_shown()
    {
        var driver = fleet.Driver(Guid.CreateVersion7());

        var answer = await Set(driver, "de89 3704 0044 0532 0130 00");

        var text = await answer.Content.ReadAsStringAsync(Ct);
        var id = JsonDocument.Parse(text).RootElement.GetProperty("bankAccountId").GetGuid();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("3000", JsonDocument.Parse(text).RootElement.GetProperty("accountNumberEndsWith").GetString());
        Assert.DoesNotContain("0532", text + await (await driver.Get(Account, Ct)).Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.False(await fleet.StoresAccountInClear(id, "DE89370400440532013000", Ct));
        Assert.Equal(["PayoutAccountChanged"], await fleet.EventsAbout(driver.Id, Ct));
    }

    [Fact]
    public async Task An_account_stays_while_money_is_on_its_way_there_and_can_be_changed_afterwards()
    {
        var account = $"NL{Guid.NewGuid():N}"[..30].ToUpperInvariant();
        var driver = await DriverWith(account);
        var payout = Due(driver);
        HttpResponseMessage during, removal;
        using (fleet.Wire.Hold(account))
        {
            await fleet.Publish(payout, Ct);
            await PaymentFleet.Until(async () => await fleet.PayoutsSent([payout], Ct) == 1, Ct);

            during = await Set(driver, "DE89370400440532013000");
            removal = await driver.Delete(Account, Ct);
        }

        await fleet.PayoutEnds(payout, Ct);
        var afterwards = await Set(driver, "DE89370400440532013000");

        Assert.Equal("payout-in-progress", await CodeOf(during));
        Assert.Equal("payout-in-progress", await CodeOf(removal));
        Assert.Equal(HttpStatusCode.OK, afterwards.StatusCode);
        Assert.Equal((1, 5_000), await fleet.PaidFor(payout, Ct));
    }

    // NebengJek 15: twenty changes at once, on two copies, leave one account.
    [Fact]
    public async Task Of_twenty_changes_at_once_one_account_is_left_and_removing_it_leaves_none()
    {
        var driver = fleet.Driver(Guid.CreateVersion7());

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(turn => Set(driver, $"NL91ABNA04171643{turn:00}")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await driver.Get(Account, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await driver.Delete(Account, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await driver.Delete(Account, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await driver.Get(Account, Ct)).StatusCode);
    }

    [Theory]
    [InlineData("", "BCA", "12345678", "holderName")]
    [InlineData("Siti", "B-CA", "12345678", "bankCode")]
    [InlineData("Siti", "BCA", "123", "accountNumber")]
    [InlineData("Siti", "BCA", "1234;drop", "accountNumber")]
    public async Task Details_that_make_no_sense_are_refused_by_their_field(string holderName, string bankCode, string accountNumber, string field)
    {
        using var answer = await fleet.Driver(Guid.CreateVersion7()).PutJson(Account, new { holderName, bankCode, accountNumber }, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("field").GetString());
    }

    [Fact]
    public async Task Passengers_have_no_account_and_what_ended_is_final()
    {
        var payout = Due(await DriverWith("TESTDECLINED"));
        await fleet.Publish(payout, Ct);
        await fleet.PayoutEnds(payout, Ct);

        var reopened = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(
            "update payment.payouts set status = 'Due', failure_code = null, ended_at = null where id = @PayoutId", payout, Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, reopened.SqlState);
        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.Passenger().Get(Account, Ct)).StatusCode);
    }

    static PayoutDue Due(Person driver) => new(Guid.CreateVersion7(), driver.Id, new(5_000, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };

    async Task<Person> DriverWith(string accountNumber)
    {
        var driver = fleet.Driver(Guid.CreateVersion7());
        (await Set(driver, accountNumber)).EnsureSuccessStatusCode();
        return driver;
    }

    static Task<HttpResponseMessage> Set(Person driver, string accountNumber) =>
        driver.PutJson(Account, new { holderName = "Siti Rahma", bankCode = "bca", accountNumber }, Ct);

    static async Task<string?> CodeOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();
}
