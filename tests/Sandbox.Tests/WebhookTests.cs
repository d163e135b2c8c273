using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class WebhookTests(SandboxServices services)
{
    readonly Caller caller = new(services);

    // Two copies sweep; each webhook leaves once, as often as its card asks for.
    [Theory]
    [InlineData("tok_pending", 1, "charge.succeeded")]
    [InlineData("tok_pending_declined", 1, "charge.declined")]
    [InlineData("tok_webhook_twice", 2, "charge.succeeded")]
    [InlineData("tok_error_after_charge", 1, "charge.succeeded")]
    public async Task The_outcome_is_told(string token, int times, string type)
    {
        var key = Caller.NewKey();
        await caller.Charge(token, key);

        var webhooks = await Told(key, times);

        Assert.All(webhooks, webhook => Assert.Equal(type, webhook.Json.GetProperty("type").GetString()));
        Assert.Single(webhooks.Select(webhook => webhook.Json.GetProperty("webhookId").GetGuid()).Distinct());
        await Delivered(key, times);
        Assert.Equal(times, services.Receiver.For(key).Count);
    }

    [Fact]
    public async Task The_late_one_comes_long_after_the_charge_is_decided()
    {
        var key = Caller.NewKey();
        await caller.Charge("tok_webhook_late", key);

        var webhook = Assert.Single(await Told(key, 1));

        Assert.True(webhook.At - webhook.Json.GetProperty("occurredAt").GetDateTimeOffset() >= SandboxServices.LateBy);
    }

    // NebengJek 29: a message that failed was repeated without a pause, or lost.
    [Fact]
    public async Task A_receiver_that_refuses_is_asked_again_until_it_accepts()
    {
        var key = Caller.NewKey();
        services.Receiver.Refuse(key, times: 2);

        await caller.Charge("tok_pending", key);

        var webhooks = await Told(key, 3);
        Assert.Equal(3, webhooks.Count);
        Assert.True(webhooks[2].At - webhooks[1].At >= TimeSpan.FromSeconds(1.5));
        await Delivered(key, 1);
    }

    // NebengJek 7: no signature. Ours covers the time and every byte.
    [Fact]
    public async Task The_signature_is_that_of_the_documentation()
    {
        var key = Caller.NewKey();
        await caller.Charge("tok_pending", key);

        var webhook = Assert.Single(await Told(key, 1));

        var time = webhook.Signature.Split(',')[0][2..];
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(services.SigningKey), Encoding.UTF8.GetBytes($"{time}.{webhook.Body}")));
        Assert.Equal($"t={time},v1={expected}", webhook.Signature);
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(time)), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(2));
    }

    Task<IReadOnlyList<Received>> Told(string key, int times) => Eventually.Becomes(() => Task.FromResult(services.Receiver.For(key)), webhooks => webhooks.Count >= times);

    async Task Delivered(string key, int times)
    {
        const string Done = """
            select count(*) from sandbox.webhook_deliveries w join sandbox.charges c on c.id = w.charge_id
            where  c.idempotency_key = @Key and w.delivered_at is not null
            """;
        Assert.Equal(times, await Eventually.Becomes(() => services.Count(Done, new { Key = key }), count => count == times));
    }
}
