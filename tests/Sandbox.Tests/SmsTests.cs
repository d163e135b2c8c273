using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class SmsTests(SandboxServices services)
{
    static int numbers = Random.Shared.Next(1_000_000, 2_000_000);

    readonly Caller caller = new(services);
    readonly string number = $"+1718{Interlocked.Increment(ref numbers):0000000}";

    [Fact]
    public async Task The_newest_message_is_on_top_and_no_more_than_twenty_are_kept()
    {
        for (var message = 1; message <= 25; message++)
        {
            Assert.Equal(202, (await caller.Text(number, $"message {message}")).Status);
        }

        Assert.Equal(Enumerable.Range(6, 20).Reverse().Select(message => $"message {message}"), await caller.Inbox(number));
        Assert.Equal(20, await services.Count("select count(*) from sandbox.sms_messages where to_number = @Number", new { Number = number }));
    }

    [Fact]
    public async Task Twenty_parallel_calls_under_one_key_send_one_message()
    {
        var key = Caller.NewKey();

        var replies = await Race.Run(_ => caller.Text(number, "only once", key));

        Assert.All(replies, reply => Assert.Equal(202, reply.Status));
        Assert.Single(replies.Select(reply => reply.Text("messageId")).Distinct());
        Assert.Single(await caller.Inbox(number));
    }

    [Fact]
    public async Task An_inbox_shows_nobody_elses_messages()
    {
        await caller.Text(number, "for you");

        Assert.Empty(await caller.Inbox("+17180000000"));
    }

    [Fact]
    public async Task A_number_that_fails_fails_and_one_that_is_silent_is_silent()
    {
        Assert.Equal(500, (await caller.Text("+19995550500", "hello")).Status);
        Assert.True(await caller.WaitsInVain("/sandbox/sms", new { to = "+19995550408", text = "hello" }));
    }

    [Theory]
    [InlineData("2125550123", "hello", "to")]
    [InlineData("", "hello", "to")]
    [InlineData("+12125550123", "", "text")]
    public async Task What_cannot_be_sent_is_refused_by_its_field(string to, string text, string field)
    {
        var reply = await caller.Text(to, text);

        Assert.Equal((400, field), (reply.Status, reply.Text("field")));
    }

    // NebengJek 1: a code that anybody can read is no code. Outside Development there is no inbox.
    [Fact]
    public async Task In_production_nobody_reads_an_inbox()
    {
        await caller.Text(number, "secret");

        var reply = await caller.Send(HttpMethod.Get, $"/sandbox/sms/{number}", copy: services.InProduction, ct: TestContext.Current.CancellationToken);

        // There is no such route, and an unknown path asks everybody to log in first.
        Assert.Equal((401, "unauthenticated"), (reply.Status, reply.Code));
    }
}
