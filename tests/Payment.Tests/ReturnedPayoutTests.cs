using System.Net;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.Payments.Tests.Stripe;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What a bank sends back after the provider had paid it is returned once: told, told twice, told too early, or not at all.</summary>
public sealed class ReturnedPayoutTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Providers => ProviderSide.All;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_payout_that_comes_back_is_returned_once_however_often_and_whatever_is_told(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var payout = await Paid(side, side.Account);

        await side.SendBack(payout, Ct);
        await fleet.PayoutBecomes(payout, "Returned", Ct);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(turn => side.TellOf(payout, turn % 2 == 0 ? "returned" : "succeeded", Ct)));

        await IsReturned(payout, side.ReturnCode);
        Assert.Equal((1, 5_000), await side.PaidFor(payout, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Twenty_who_tell_of_it_at_once_return_it_once(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var payout = await Paid(side, side.Account);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => side.TellOf(payout, "returned", Ct)));

        await IsReturned(payout, side.ReturnCode);
    }

    // The sandbox's are found by its settlement file, Stripe's by its list of events.
    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_payout_that_comes_back_untold_is_found(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var payout = await Paid(side, side.SilentAccount);

        await side.SendBack(payout, Ct, isTold: false);
        using var asked = await fleet.Operator().Post($"/v1/ops/reconciliations/{DateTime.UtcNow:yyyy-MM-dd}/run", null, Ct);

        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await fleet.PayoutBecomes(payout, "Returned", Ct);
        await IsReturned(payout, side.ReturnCode);
    }

    // The return is heard while nobody knows yet whether it was paid: it was, and it came back, and both are told in that order.
    [Fact]
    public async Task What_is_heard_of_the_return_first_is_booked_both_ways()
    {
        var side = new ProviderSide(fleet, "sandbox");
        var account = $"NL{Guid.NewGuid():N}"[..30].ToUpperInvariant();
        var payout = await Due(side, account);
        using (fleet.Wire.Hold(account, afterTheEffect: true))
        {
            await fleet.Publish(payout, Ct);
            await PaymentFleet.Until(async () => await side.PaidFor(payout, Ct) == (1, 5_000), Ct);
            await side.SendBack(payout, Ct);
            await fleet.PayoutBecomes(payout, "Returned", Ct);
        }

        await side.TellOf(payout, "succeeded", Ct);

        await IsReturned(payout, "account-closed");
    }

    [Theory]
    [InlineData("TESTRETURNED")]
    [InlineData("TESTRETURNEDTWICE")]
    [InlineData("TESTRETURNEDEARLY")]
    public async Task However_the_sandbox_tells_of_a_return_it_is_one(string accountNumber)
    {
        var payout = await Due(new ProviderSide(fleet, "sandbox"), accountNumber);

        await fleet.Publish(payout, Ct);

        await fleet.PayoutBecomes(payout, "Returned", Ct);
        await IsReturned(payout, "account-closed");
    }

    [Fact]
    public async Task What_failed_does_not_come_back()
    {
        var side = new ProviderSide(fleet, "sandbox");
        var payout = await Due(side, side.ClosedAccount);
        await fleet.Publish(payout, Ct);
        await fleet.PayoutEnds(payout, Ct);

        await side.TellOf(payout, "returned", Ct);

        await fleet.PayoutBecomes(payout, "Failed", Ct);
        Assert.Equal(["PayoutFailed"], await fleet.EventsAbout(payout.PayoutId, Ct));
        Assert.Empty(await fleet.MovementsOf(payout, Ct));
    }

    // Of a part nobody knows what it is for: people see to it, and the payout stays paid until the rest comes back, too.
    [Fact]
    public async Task A_part_that_is_reversed_at_Stripe_returns_nothing_until_the_rest_is()
    {
        var side = new ProviderSide(fleet, "stripe");
        var payout = await Paid(side, side.Account);

        var part = fleet.Stripe.Books.Reverse(payout.PayoutId, 2_000)!;
        await fleet.Tell("/v1/webhooks/stripe", "Stripe-Signature", RecordedStripe.EventOf("transfer.reversed", part), RecordedStripe.WebhookKey, Ct);
        Assert.Equal(["PayoutSent"], await fleet.EventsAbout(payout.PayoutId, Ct));
        fleet.Stripe.Books.Reverse(payout.PayoutId);

        await fleet.PayoutBecomes(payout, "Returned", Ct);
        await IsReturned(payout, side.ReturnCode);
    }

    [Theory]
    [InlineData("status = 'Due', failure_code = null, ended_at = null, returned_at = null")]
    [InlineData("status = 'Succeeded', failure_code = null, returned_at = null")]
    [InlineData("status = 'Failed', returned_at = null")]
    [InlineData("failure_code = 'other'")]
    public async Task What_was_returned_is_final(string change)
    {
        var side = new ProviderSide(fleet, "sandbox");
        var payout = await Paid(side, side.Account);
        await side.TellOf(payout, "returned", Ct);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => fleet.ExecuteAsOwner($"update payment.payouts set {change} where id = @PayoutId", payout, Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData("status = 'Due', ended_at = null")]
    [InlineData("status = 'Failed', failure_code = 'other'")]
    [InlineData("provider_transfer_id = 'other'")]
    public async Task What_was_paid_can_only_come_back(string change)
    {
        var side = new ProviderSide(fleet, "sandbox");
        var payout = await Paid(side, side.Account);

        var refused = await Assert.ThrowsAsync<PostgresException>(
            () => fleet.ExecuteAsOwner($"update payment.payouts set {change} where id = @PayoutId", payout, Ct));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    async Task IsReturned(PayoutDue payout, string code)
    {
        await fleet.PayoutBecomes(payout, "Returned", Ct);
        Assert.Equal(code, await fleet.One<string>("select failure_code from payment.payouts where id = @PayoutId", payout, Ct));
        Assert.Equal(["PayoutSent", "PayoutReturned"], await fleet.EventsAbout(payout.PayoutId, Ct));
        Assert.Equal([("transfer", -5_000L), ("transfer-return", 5_000L)], await fleet.MovementsOf(payout, Ct));
    }

    async Task<PayoutDue> Paid(ProviderSide side, string account)
    {
        var payout = await Due(side, account);
        await fleet.Publish(payout, Ct);
        await fleet.PayoutBecomes(payout, "Succeeded", Ct);
        return payout;
    }

    static async Task<PayoutDue> Due(ProviderSide side, string account) =>
        new(Guid.CreateVersion7(), (await side.Driver(account, Ct)).Id, new(5_000, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };
}
