using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class DisputeTests(SandboxServices services)
{
    readonly Caller caller = new(services);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_disputes_and_refunds_at_once_never_take_more_than_the_charge()
    {
        var chargeId = await Charged();

        var answers = await Race.Run(turn => turn % 2 == 0 ? Dispute(chargeId, 300) : caller.Refund(chargeId, 100, Caller.NewKey()));

        var charge = (await caller.Get(chargeId)).Body;
        var (refunded, disputed) = (charge.GetProperty("refundedMinorUnits").GetInt64(), charge.GetProperty("disputedMinorUnits").GetInt64());
        // Eight refunds that were all quicker than the first dispute leave it nothing to take.
        Assert.Equal(refunded > 700 && disputed == 0 ? 0 : 300, disputed);
        Assert.InRange(refunded + disputed, 300, 1_000);
        Assert.Equal(disputed / 300, answers.Where((_, turn) => turn % 2 == 0).Count(answer => answer.Status == 200));
    }

    [Fact]
    public async Task A_dispute_takes_amount_and_fee_at_once_and_a_won_one_gives_them_back()
    {
        var chargeId = await Charged();
        var dispute = await Dispute(chargeId, 0);

        var tooMuch = await caller.Refund(chargeId, 1, Caller.NewKey());
        var won = await Decide(dispute, "won");
        var again = await Decide(dispute, "won");
        var contrary = await Decide(dispute, "lost");
        var refund = await caller.Refund(chargeId, 1_000, Caller.NewKey());

        Assert.Equal((1_000, 1_500), (dispute.Body.GetProperty("amountMinorUnits").GetInt64(), dispute.Body.GetProperty("feeMinorUnits").GetInt64()));
        Assert.Equal((422, "refund-exceeds-charge"), (tooMuch.Status, tooMuch.Code));
        Assert.Equal((200, "won", 200), (won.Status, won.Text("status"), again.Status));
        Assert.Equal((409, "dispute-decided"), (contrary.Status, contrary.Code));
        Assert.Equal(200, refund.Status);
    }

    [Fact]
    public async Task One_key_is_one_dispute_and_what_cannot_be_disputed_is_refused_by_its_field()
    {
        var chargeId = await Charged();
        var key = Caller.NewKey();

        var twins = await Race.Run(_ => Dispute(chargeId, 400, key));

        Assert.All(twins, twin => Assert.Equal(200, twin.Status));
        Assert.Single(twins.Select(twin => twin.Text("disputeId")).Distinct());
        Assert.Equal((422, "amountMinorUnits"), await FieldOf(Dispute(chargeId, 100)));
        Assert.Equal((400, "amountMinorUnits"), await FieldOf(Dispute(chargeId, -1)));
        Assert.Equal(404, (await Dispute(Guid.NewGuid().ToString(), 1)).Status);
        Assert.Equal(409, (await Dispute((await caller.Charge("tok_declined", Caller.NewKey())).Text("chargeId")!, 1)).Status);
    }

    [Fact]
    public async Task A_card_that_disputes_by_itself_tells_of_each_step()
    {
        const string ofKey = "where charge_id = (select id from sandbox.charges where idempotency_key = @Key)";
        var key = await services.InTimeFor(
            () => Disputed("tok_dispute_won", ofKey), $"update sandbox.disputes set decides_at = 'infinity' {ofKey} and status = 'Open'", key => new { Key = key });

        var first = await Told(key, 1);
        await services.Count($"with deciding as (update sandbox.disputes set decides_at = now() {ofKey}) select 0", new { Key = key });
        var both = await Told(key, 2);

        Assert.Equal("dispute.opened", TypeOf(Assert.Single(first)));
        Assert.Equal(["dispute.opened", "dispute.won"], both.Select(TypeOf));
        Assert.All(both, webhook => Assert.Equal(1_000, webhook.Json.GetProperty("amountMinorUnits").GetInt64()));
    }

    [Fact]
    public async Task A_card_whose_bank_is_slow_to_tell_tells_of_the_opening_long_after_the_end()
    {
        var key = Caller.NewKey();
        await caller.Charge("tok_dispute_late", key, amountMinorUnits: 1_000);

        var told = await Told(key, 2);

        Assert.Equal(["dispute.opened", "dispute.won"], told.Select(TypeOf).Order());
        var opened = told.Single(webhook => TypeOf(webhook) == "dispute.opened");
        Assert.True(opened.At - opened.Json.GetProperty("openedAt").GetDateTimeOffset() >= SandboxServices.DisputeFor + SandboxServices.LateBy);
        Assert.All(told, webhook => Assert.Equal(1_000, webhook.Json.GetProperty("amountMinorUnits").GetInt64()));
    }

    [Fact]
    public async Task Evidence_is_taken_once_and_not_after_the_decision()
    {
        var dispute = await Dispute(await Charged(), 0);
        var path = $"/sandbox/payments/disputes/{dispute.Text("disputeId")}/evidence";

        var given = await caller.Send(HttpMethod.Post, path, new { text = "they rode" }, ct: Ct);
        var repeated = await caller.Send(HttpMethod.Post, path, new { text = "they rode" }, ct: Ct);
        var other = await caller.Send(HttpMethod.Post, path, new { text = "they walked" }, ct: Ct);
        var decided = await Eventually.Becomes(
            () => caller.Send(HttpMethod.Get, path[..^"/evidence".Length], ct: Ct), view => view.Text("status") != "open");

        Assert.Equal((200, 200), (given.Status, repeated.Status));
        Assert.Equal((409, "evidence-given"), (other.Status, other.Code));
        Assert.Equal("won", decided.Text("status"));
    }

    /// <summary>The key of a charge that its card has disputed.</summary>
    async Task<string> Disputed(string token, string ofKey)
    {
        var key = Caller.NewKey();
        await caller.Charge(token, key, amountMinorUnits: 1_000);
        await Eventually.Becomes(() => services.Count($"select count(*) from sandbox.disputes {ofKey}", new { Key = key }), disputes => disputes == 1);
        return key;
    }

    Task<IReadOnlyList<Received>> Told(string key, int times) => Eventually.Becomes(() => Task.FromResult(services.Receiver.For(key)), told => told.Count >= times);

    static string? TypeOf(Received webhook) => webhook.Json.GetProperty("type").GetString();

    async Task<string> Charged() => (await caller.Charge("tok_ok", Caller.NewKey(), amountMinorUnits: 1_000)).Text("chargeId")!;

    Task<Reply> Dispute(string chargeId, long amountMinorUnits, string? key = null) =>
        caller.Send(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, amountMinorUnits }, key ?? Caller.NewKey());

    Task<Reply> Decide(Reply dispute, string outcome) =>
        caller.Send(HttpMethod.Post, $"/sandbox/payments/disputes/{dispute.Text("disputeId")}/decision", new { outcome });

    static async Task<(int Status, string? Field)> FieldOf(Task<Reply> call) => (await call) is var reply ? (reply.Status, reply.Text("field")) : default;
}
