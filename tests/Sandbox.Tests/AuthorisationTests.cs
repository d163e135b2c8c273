using Xunit;

namespace Tumpang.Sandbox.Tests;

/// <summary>Money is held, captured once, or let go of; whatever the callers do at once.</summary>
public sealed class AuthorisationTests(SandboxServices services)
{
    readonly Caller caller = new(services);

    [Fact]
    public async Task Of_twenty_captures_under_keys_of_their_own_one_takes()
    {
        var held = await Held("tok_ok");

        var captures = await Race.Run(_ => caller.Capture(held, 100, Caller.NewKey()));

        Assert.Equal(1, captures.Count(capture => capture is { Status: 200 }));
        Assert.Equal(19, captures.Count(capture => capture is { Status: 409, Code: "authorisation-captured" }));
    }

    [Fact]
    public async Task Twenty_captures_under_one_key_are_one_charge_that_can_be_refunded()
    {
        var (held, key) = (await Held("tok_ok"), Caller.NewKey());

        var captures = await Race.Run(_ => caller.Capture(held, 900, key));
        var other = await caller.Capture(held, 901, key);
        var chargeId = Assert.Single(captures.Select(capture => capture.Text("chargeId")).Distinct())!;

        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.Code));
        Assert.Equal("succeeded", (await caller.Lookup(key)).Text("status"));
        Assert.Equal(422, (await caller.Refund(chargeId, 901, Caller.NewKey())).Status);
        Assert.Equal(200, (await caller.Refund(chargeId, 900, Caller.NewKey())).Status);
    }

    [Fact]
    public async Task Captures_and_voids_at_once_are_one_of_them()
    {
        var held = await Held("tok_ok");

        var answers = await Race.Run(turn => turn % 2 == 0 ? caller.Capture(held, 100, Caller.NewKey()) : caller.Void(held, Caller.NewKey()));

        var captured = answers.Count(answer => answer.Status == 200 && answer.Text("chargeId") is not null);
        var voided = answers.Count(answer => answer.Status == 200 && answer.Text("status") == "voided");
        Assert.True((captured, voided) is (1, 0) or (0, 10), $"{captured} captures and {voided} voids");
    }

    [Fact]
    public async Task Nothing_beyond_what_is_held_nothing_expired_and_nothing_voided_is_captured()
    {
        var (held, expired, voided) = (await Held("tok_ok"), await Held("tok_auth_expired", "expired"), await Held("tok_ok"));
        await caller.Void(voided, Caller.NewKey());

        var tooMuch = await caller.Capture(held, 1_251, Caller.NewKey());
        var late = await caller.Capture(expired, 100, Caller.NewKey());
        var after = await caller.Capture(voided, 100, Caller.NewKey());

        Assert.Equal((422, "capture-exceeds-authorisation"), (tooMuch.Status, tooMuch.Code));
        Assert.Equal((409, "authorisation-expired"), (late.Status, late.Code));
        Assert.Equal((409, "authorisation-voided"), (after.Status, after.Code));
        Assert.Equal(404, (await caller.Capture(Guid.NewGuid().ToString(), 100, Caller.NewKey())).Status);
    }

    [Theory]
    [InlineData("tok_declined", "declined", "card-declined")]
    [InlineData("tok_auth_insufficient_funds", "declined", "insufficient-funds")]
    [InlineData("tok_capture_declined", "authorised", null)]
    [InlineData("tok_charge_declined", "authorised", null)]
    public async Task A_hold_goes_as_the_card_s_token_says(string token, string status, string? code)
    {
        var held = await caller.Authorise(token, Caller.NewKey());

        Assert.Equal((200, status, code), (held.Status, held.Text("status"), held.Text("declineCode")));
    }

    [Fact]
    public async Task A_pending_hold_is_decided_and_told_of_later()
    {
        var key = Caller.NewKey();
        Assert.Equal("pending", (await caller.Authorise("tok_auth_pending", key)).Text("status"));

        var decided = await Eventually.Becomes(() => caller.LookupAuthorisation(key), held => held.Text("status") != "pending");
        var told = await Eventually.Becomes(() => Task.FromResult(services.Receiver.For(key)), webhooks => webhooks.Count > 0);

        Assert.Equal("authorised", decided.Text("status"));
        Assert.Equal(("authorisation.succeeded", decided.Text("authorisationId")), (told[0].Json.GetProperty("type").GetString(), told[0].Json.GetProperty("authorisationId").GetString()));
    }

    [Fact]
    public async Task A_capture_that_is_declined_later_leaves_the_money_held()
    {
        var (key, held) = (Caller.NewKey(), await Held("tok_capture_pending_declined"));
        await caller.Capture(held, 100, key);

        await Eventually.Becomes(() => caller.Lookup(key), capture => capture.Text("status") != "pending");

        Assert.Equal((200, "voided"), ((await caller.Void(held, Caller.NewKey())).Status, (await caller.Void(held, Caller.NewKey())).Text("status")));
    }

    async Task<string> Held(string token, string status = "authorised")
    {
        var held = await caller.Authorise(token, Caller.NewKey());
        Assert.Equal(status, held.Text("status"));
        return held.Text("authorisationId")!;
    }
}
