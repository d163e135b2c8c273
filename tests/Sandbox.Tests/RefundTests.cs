using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class RefundTests(SandboxServices services)
{
    readonly Caller caller = new(services);

    // NebengJek 15 and 20: read, check, write. Twenty refunds of a tenth each: ten are paid.
    [Fact]
    public async Task Twenty_parallel_refunds_never_exceed_the_charge()
    {
        var chargeId = (await caller.Charge("tok_ok", Caller.NewKey(), amountMinorUnits: 1_000)).Text("chargeId")!;

        var refunds = await Race.Run(_ => caller.Refund(chargeId, 100, Caller.NewKey()));

        Assert.Equal(10, refunds.Count(refund => refund.Status == 200));
        Assert.Equal(10, refunds.Count(refund => refund is { Status: 422, Code: "refund-exceeds-charge" }));
        Assert.Equal(1_000, (await caller.Get(chargeId)).Body.GetProperty("refundedMinorUnits").GetInt64());
    }

    [Fact]
    public async Task Twenty_parallel_refunds_under_one_key_are_one_refund()
    {
        var chargeId = (await caller.Charge("tok_ok", Caller.NewKey(), amountMinorUnits: 1_000)).Text("chargeId")!;
        var key = Caller.NewKey();

        var refunds = await Race.Run(_ => caller.Refund(chargeId, 1_000, key));
        var other = await caller.Refund(chargeId, 1, key);

        Assert.All(refunds, refund => Assert.Equal(200, refund.Status));
        Assert.Single(refunds.Select(refund => refund.Text("refundId")).Distinct());
        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.Code));
    }

    [Theory]
    [InlineData("tok_declined")]
    [InlineData("tok_webhook_late")]
    public async Task Only_a_succeeded_charge_can_be_refunded(string token)
    {
        const string stop = "update sandbox.charges set decides_at = 'infinity' where id = @Id::uuid and status <> 'Succeeded'";
        var chargeId = await services.InTimeFor(async () => (await caller.Charge(token, Caller.NewKey())).Text("chargeId")!, stop, id => new { Id = id });

        var refund = await caller.Refund(chargeId, 1, Caller.NewKey());

        Assert.Equal((409, "charge-not-succeeded"), (refund.Status, refund.Code));
    }

    [Fact]
    public async Task A_charge_that_never_was_cannot_be_refunded() =>
        Assert.Equal(404, (await caller.Refund(Guid.NewGuid().ToString(), 1, Caller.NewKey())).Status);

    [Theory]
    [InlineData("tok_refund_declined", "declined", "refund-declined", 0)]
    [InlineData("tok_refund_pending", "pending", null, 1_000)]
    [InlineData("tok_ok", "succeeded", null, 1_000)]
    public async Task A_refund_goes_as_the_card_s_token_says(string token, string status, string? declineCode, long takenMinorUnits)
    {
        var chargeId = (await caller.Charge(token, Caller.NewKey(), amountMinorUnits: 1_000)).Text("chargeId")!;

        var refund = await caller.Refund(chargeId, 1_000, Caller.NewKey());

        Assert.Equal((200, status, declineCode), (refund.Status, refund.Text("status"), refund.Text("declineCode")));
        Assert.Equal(takenMinorUnits, (await caller.Get(chargeId)).Body.GetProperty("refundedMinorUnits").GetInt64());
    }

    [Theory]
    [InlineData("tok_refund_pending", "succeeded", 1_000)]
    [InlineData("tok_refund_pending_declined", "declined", 0)]
    public async Task A_pending_refund_is_decided_later_and_a_declined_one_gives_its_amount_back(string token, string status, long takenMinorUnits)
    {
        var chargeId = (await caller.Charge(token, Caller.NewKey(), amountMinorUnits: 1_000)).Text("chargeId")!;
        var key = Caller.NewKey();
        await caller.Refund(chargeId, 1_000, key);

        var decided = await Eventually.Becomes(() => caller.LookupRefund(key), refund => refund.Text("status") != "pending");

        Assert.Equal(status, decided.Text("status"));
        Assert.Equal(takenMinorUnits, (await caller.Get(chargeId)).Body.GetProperty("refundedMinorUnits").GetInt64());
    }

    [Fact]
    public async Task An_error_after_the_refund_hides_a_refund_that_the_key_finds_and_an_error_before_it_none()
    {
        var (after, before) = (Caller.NewKey(), Caller.NewKey());
        var hidden = (await caller.Charge("tok_refund_error_after_charge", Caller.NewKey())).Text("chargeId")!;
        var none = (await caller.Charge("tok_refund_error", Caller.NewKey())).Text("chargeId")!;

        Assert.Equal((500, 500), ((await caller.Refund(hidden, 1_000, after)).Status, (await caller.Refund(none, 1_000, before)).Status));

        Assert.Equal((200, "succeeded"), ((await caller.LookupRefund(after)).Status, (await caller.LookupRefund(after)).Text("status")));
        Assert.Equal(404, (await caller.LookupRefund(before)).Status);
    }
}
