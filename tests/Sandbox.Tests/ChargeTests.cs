using System.Diagnostics;
using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class ChargeTests(SandboxServices services)
{
    // The runtime's timers count in ticks of the kernel's coarse clock: a delay may end this much early by an exact watch.
    static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(20);

    readonly Caller caller = new(services);

    [Theory]
    [InlineData("tok_ok", "succeeded", null)]
    [InlineData("tok_declined", "declined", "card-declined")]
    [InlineData("tok_insufficient_funds", "declined", "insufficient-funds")]
    [InlineData("tok_nobody_issued_this", "declined", "unknown-card")]
    [InlineData("tok_pending", "pending", null)]
    [InlineData("tok_webhook_late", "pending", null)]
    public async Task A_card_behaves_as_its_token_says(string token, string status, string? declineCode)
    {
        var charge = await caller.Charge(token, Caller.NewKey());

        Assert.Equal((200, status, declineCode), (charge.Status, charge.Text("status"), charge.Text("declineCode")));
    }

    // NebengJek 20 and 30, anchors 2.3 item 1: twenty callers with one key made seven rides and a crash. Here, on two copies: one charge.
    [Fact]
    public async Task Twenty_parallel_charges_under_one_key_are_one_charge()
    {
        var key = Caller.NewKey();

        var charges = await Race.Run(_ => caller.Charge("tok_ok", key));

        Assert.All(charges, charge => Assert.Equal((200, "succeeded"), (charge.Status, charge.Text("status"))));
        Assert.Single(charges.Select(charge => charge.Text("chargeId")).Distinct());
        Assert.Equal(1, await services.Count("select count(*) from sandbox.charges where idempotency_key = @Key", new { Key = key }));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused_and_changes_nothing()
    {
        var key = Caller.NewKey();
        await caller.Charge("tok_ok", key);

        var more = await caller.Charge("tok_ok", key, amountMinorUnits: 1_251);
        var other = await caller.Charge("tok_declined", key);

        Assert.Equal((422, "idempotency-key-reused"), (more.Status, more.Code));
        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.Code));
        Assert.Equal(1_250, (await caller.Lookup(key)).Body.GetProperty("amountMinorUnits").GetInt64());
    }

    [Fact]
    public async Task An_error_after_the_charge_hides_a_charge_that_the_key_finds()
    {
        var key = Caller.NewKey();

        var first = await caller.Charge("tok_error_after_charge", key);
        var found = await caller.Lookup(key);
        var again = await caller.Charge("tok_error_after_charge", key);

        Assert.Equal(500, first.Status);
        Assert.Equal((200, "succeeded"), (found.Status, found.Text("status")));
        Assert.Equal((200, found.Text("chargeId")), (again.Status, again.Text("chargeId")));
    }

    [Fact]
    public async Task An_error_without_a_charge_leaves_nothing_to_find()
    {
        var key = Caller.NewKey();

        Assert.Equal(500, (await caller.Charge("tok_error", key)).Status);

        Assert.Equal(404, (await caller.Lookup(key)).Status);
    }

    [Fact]
    public async Task A_caller_who_gives_up_waiting_finds_the_charge_by_its_key()
    {
        var key = Caller.NewKey();
        Assert.True(await caller.WaitsInVain(
            "/sandbox/payments/charges", new { amountMinorUnits = 1_250, currency = "USD", cardToken = "tok_timeout", reference = "ride" }, key,
            heard: async () => await Eventually.Becomes(() => caller.Lookup(key), charge => charge.Status == 200)));

        var again = await caller.Charge("tok_timeout", key);

        Assert.Equal((200, "succeeded"), (again.Status, again.Text("status")));
        Assert.Equal(again.Text("chargeId"), (await caller.Lookup(key)).Text("chargeId"));
    }

    [Fact]
    public async Task A_slow_card_answers_late()
    {
        var watch = Stopwatch.StartNew();

        var charge = await caller.Charge("tok_delay", Caller.NewKey());

        Assert.Equal("succeeded", charge.Text("status"));
        Assert.True(watch.Elapsed >= SandboxServices.AnswerDelay - TimerGrain, $"it answered after {watch.Elapsed}");
    }

    [Theory]
    [InlineData("tok_pending", "succeeded")]
    [InlineData("tok_pending_declined", "declined")]
    public async Task A_pending_charge_is_decided_later(string token, string status)
    {
        var chargeId = (await caller.Charge(token, Caller.NewKey())).Text("chargeId")!;

        var decided = await Eventually.Becomes(() => caller.Get(chargeId), charge => charge.Text("status") != "pending");

        Assert.Equal(status, decided.Text("status"));
    }

    // NebengJek 7: anybody could declare a payment made. The providers know their callers by a key.
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("wrong")]
    [InlineData("almost")]
    public async Task Without_the_key_nothing_can_be_charged_read_or_sent(string? apiKey)
    {
        var stranger = new Caller(services) { ApiKey = apiKey == "almost" ? services.ApiKey[..^1] : apiKey };
        var key = Caller.NewKey();

        var replies = await Task.WhenAll(
            stranger.Charge("tok_ok", key), stranger.Lookup(key), stranger.Get(Guid.NewGuid().ToString()), stranger.Refund(Guid.NewGuid().ToString(), 1, key), stranger.Text("+12125550123", "hello"));

        Assert.All(replies, reply => Assert.Equal((401, "unauthenticated"), (reply.Status, reply.Code)));
        Assert.Equal(404, (await caller.Lookup(key)).Status);
    }

    // NebengJek 32: what is wrong has a name.
    [Theory]
    [InlineData(0, "USD", "tok_ok", "ride", "amountMinorUnits")]
    [InlineData(-5, "USD", "tok_ok", "ride", "amountMinorUnits")]
    [InlineData(1, "usd", "tok_ok", "ride", "currency")]
    [InlineData(1, "", "tok_ok", "ride", "currency")]
    [InlineData(1, "USD", "", "ride", "cardToken")]
    [InlineData(1, "USD", "tok_ok", "", "reference")]
    public async Task A_charge_that_cannot_be_is_refused_by_its_field(long amount, string currency, string token, string reference, string field)
    {
        var reply = await caller.Charge(token, Caller.NewKey(), amount, currency, reference);

        Assert.Equal((400, field), (reply.Status, reply.Text("field")));
    }

    [Fact]
    public async Task A_charge_needs_a_key() => Assert.Equal((400, "Idempotency-Key"), await FieldOf(caller.Charge("tok_ok", key: null)));

    // The outside world remembers, also when it was switched off in between.
    [Fact]
    public async Task A_charge_outlives_the_process_that_made_it()
    {
        var (key, body) = (Caller.NewKey(), new { amountMinorUnits = 1_250, currency = "USD", cardToken = "tok_ok", reference = "ride" });
        var before = await services.OnACopyOfItsOwn(copy => caller.Send(HttpMethod.Post, "/sandbox/payments/charges", body, key, copy));

        var after = await services.OnACopyOfItsOwn(copy => caller.Send(HttpMethod.Post, "/sandbox/payments/charges", body, key, copy));

        Assert.Equal((200, before.Text("chargeId")), (after.Status, after.Text("chargeId")));
    }

    static async Task<(int, string?)> FieldOf(Task<Reply> reply) => ((await reply).Status, (await reply).Text("field"));
}
