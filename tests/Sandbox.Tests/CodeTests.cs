using System.Net;
using System.Text.Json;
using Xunit;

namespace Tumpang.Sandbox.Tests;

/// <summary>Codes that phones scan: one amount, for a while, and every payment is told of.</summary>
public sealed class CodeTests(SandboxServices services)
{
    readonly Caller caller = new(services);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_callers_with_one_key_get_one_code_and_another_request_is_refused()
    {
        var key = Caller.NewKey();

        var codes = await Race.Run(_ => caller.MakeCode(key));
        var other = await caller.MakeCode(key, amountMinorUnits: 901);

        Assert.Single(codes.Select(code => code.Text("url")).Distinct());
        Assert.Equal("open", codes[0].Text("status"));
        Assert.Contains("amountMinorUnits=900&currency=USD", codes[0].Text("url"), StringComparison.Ordinal);
        Assert.Equal((422, "idempotency-key-reused"), (other.Status, other.Code));
    }

    [Fact]
    public async Task Each_of_twenty_phones_that_pay_is_charged_settled_and_told_of_under_a_key_of_its_own()
    {
        var key = Caller.NewKey();
        var codeId = (await caller.MakeCode(key)).Text("codeId")!;

        var paid = await Race.Run(_ => caller.PayCode(codeId));

        Assert.All(paid, payment => Assert.Equal((200, 900), (payment.Status, payment.Body.GetProperty("amountMinorUnits").GetInt64())));
        var code = await caller.LookupCode(key);
        Assert.Equal(("paid", (await caller.Lookup(key)).Text("chargeId")), (code.Text("status"), code.Text("chargeId")));
        Assert.Equal(20, code.Body.GetProperty("payments").GetArrayLength());
        await Eventually.Becomes(() => Task.FromResult(services.Receiver.For($"{key}:20")), told => told.Count > 0);
        var notice = Assert.Single(services.Receiver.For($"{key}:20")).Json;
        Assert.Equal(("charge.succeeded", key), (notice.GetProperty("type").GetString(), notice.GetProperty("codeKey").GetString()));
        Assert.Equal(20, await services.Count(
            "select count(*) from sandbox.movements where type = 'charge' and amount_minor_units = 900 and split_part(key, ':', 1) = @Key", new { Key = key }));
    }

    [Fact]
    public async Task An_expired_or_closed_code_is_paid_by_nobody()
    {
        var (expired, closed) = (Caller.NewKey(), Caller.NewKey());
        var expiring = (await caller.MakeCode(expired, expiresInSeconds: 1)).Text("codeId")!;
        var closing = (await caller.MakeCode(closed)).Text("codeId")!;
        await Eventually.Becomes(() => caller.LookupCode(expired), code => code.Text("status") == "expired");
        await caller.CloseCode(closed);

        var late = await caller.PayCode(expiring);
        var afterwards = await caller.PayCode(closing);
        var unknown = await caller.PayCode(Guid.NewGuid().ToString());
        var strange = await caller.PayCode(closing, bank: "loan-shark");

        Assert.Equal([(409, "code-ended"), (409, "code-ended")], new[] { (late.Status, late.Code), (afterwards.Status, afterwards.Code) });
        Assert.Equal((404, 400, "bank"), (unknown.Status, strange.Status, strange.Text("field")));
        Assert.Equal((404, "closed"), ((await caller.Lookup(closed)).Status, (await caller.CloseCode(closed)).Text("status")));
        Assert.Equal(404, (await caller.CloseCode(Caller.NewKey())).Status);
    }

    // The payer's bank is slower than the code.
    [Fact]
    public async Task What_was_begun_in_time_arrives_after_the_code_was_closed()
    {
        const string stop = "update sandbox.scans set arrives_at = 'infinity' where code_id = @Id::uuid";
        var (key, codeId, begun) = await services.InTimeFor(Begun, stop, scan => new { Id = scan.CodeId });
        var closed = await caller.CloseCode(key);
        await services.Count("with arriving as (update sandbox.scans set arrives_at = now() where code_id = @Id::uuid) select 0", new { Id = codeId });

        var code = await Eventually.Becomes(() => caller.LookupCode(key), code => code.Text("status") == "paid");
        Assert.Equal((200, "closed", "paid"), (begun.Status, closed.Text("status"), code.Text("status")));
        Assert.Single(code.Body.GetProperty("payments").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, begun.Body.TryGetProperty("chargeId", out var charge) ? charge.ValueKind : JsonValueKind.Null);

        async Task<(string Key, string CodeId, Reply Begun)> Begun()
        {
            var ours = Caller.NewKey();
            var id = (await caller.MakeCode(ours)).Text("codeId")!;
            return (ours, id, await caller.PayCode(id, bank: "slow"));
        }
    }

    [Fact]
    public async Task A_browser_shows_what_is_to_be_paid_whatever_the_address_says_and_pays_that()
    {
        var key = Caller.NewKey();
        var codeId = (await caller.MakeCode(key, amountMinorUnits: 1_205)).Text("codeId")!;

        using var page = await services.NextCopy.GetAsync(new Uri($"/sandbox/pay/{codeId}?amountMinorUnits=1&currency=USD", UriKind.Relative), Ct);
        using var button = new FormUrlEncodedContent([]);
        using var pressed = await services.NextCopy.PostAsync(new Uri($"/sandbox/pay/{codeId}?amountMinorUnits=1", UriKind.Relative), button, Ct);

        Assert.Contains("<h1>USD 12.05</h1>", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, pressed.StatusCode);
        Assert.Contains("paid", await pressed.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(1_205, (await caller.Lookup(key)).Body.GetProperty("amountMinorUnits").GetInt64());
    }

    [Theory]
    [InlineData(0, 300, "amountMinorUnits")]
    [InlineData(900, 0, "expiresInSeconds")]
    [InlineData(900, 86_401, "expiresInSeconds")]
    public async Task A_code_that_cannot_be_is_refused_by_its_field(long minorUnits, int seconds, string field)
    {
        var refused = await caller.MakeCode(Caller.NewKey(), minorUnits, seconds);

        Assert.Equal((400, field), (refused.Status, refused.Text("field")));
    }

    [Fact]
    public async Task Only_the_merchant_makes_and_closes_codes()
    {
        var stranger = new Caller(services) { ApiKey = "guess" };

        Assert.Equal((401, 401), ((await stranger.MakeCode(Caller.NewKey())).Status, (await stranger.CloseCode(Caller.NewKey())).Status));
    }

    // What only a phone can do is not there where real phones are.
    [Fact]
    public async Task In_production_no_phone_is_played()
    {
        var path = $"/sandbox/pay/{(await caller.MakeCode(Caller.NewKey())).Text("codeId")}";

        var page = await caller.Send(HttpMethod.Get, path, copy: services.InProduction, ct: Ct);
        var pressed = await caller.Send(HttpMethod.Post, path, copy: services.InProduction, ct: Ct);

        // There is no such route, and an unknown path asks everybody to log in first.
        Assert.Equal([(401, "unauthenticated"), (401, "unauthenticated")], new[] { (page.Status, page.Code), (pressed.Status, pressed.Code) });
    }
}
