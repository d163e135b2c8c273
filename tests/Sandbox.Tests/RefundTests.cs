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
        var chargeId = (await caller.Charge(token, Caller.NewKey())).Text("chargeId")!;

        var refund = await caller.Refund(chargeId, 1, Caller.NewKey());

        Assert.Equal((409, "charge-not-succeeded"), (refund.Status, refund.Code));
    }

    [Fact]
    public async Task A_charge_that_never_was_cannot_be_refunded() =>
        Assert.Equal(404, (await caller.Refund(Guid.NewGuid().ToString(), 1, Caller.NewKey())).Status);
}
