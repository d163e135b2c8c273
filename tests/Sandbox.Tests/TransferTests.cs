using Xunit;

namespace Tumpang.Sandbox.Tests;

public sealed class TransferTests(SandboxServices services)
{
    readonly Caller caller = new(services);

    // NebengJek 20 and 30: twenty callers with one key, on two copies, pay once.
    [Fact]
    public async Task Twenty_parallel_transfers_under_one_key_are_one_transfer()
    {
        var key = Caller.NewKey();

        var transfers = await Race.Run(_ => caller.Transfer("DE89370400440532013000", key));
        var other = await caller.Transfer("DE89370400440532013001", Caller.NewKey(), amountMinorUnits: 0);
        var reused = await caller.Transfer("DE89370400440532013000", key, amountMinorUnits: 1);

        Assert.All(transfers, transfer => Assert.Equal((200, "succeeded"), (transfer.Status, transfer.Text("status"))));
        Assert.Single(transfers.Select(transfer => transfer.Text("transferId")).Distinct());
        Assert.Equal((400, "amountMinorUnits"), (other.Status, other.Text("field")));
        Assert.Equal((422, "idempotency-key-reused"), (reused.Status, reused.Code));
    }

    [Theory]
    [InlineData("TESTDECLINED", "declined", "account-closed")]
    [InlineData("TESTPENDING", "succeeded", null)]
    [InlineData("TESTPENDINGDECLINED", "declined", "account-closed")]
    [InlineData("TESTERRORAFTER", "succeeded", null)]
    public async Task A_transfer_ends_as_its_account_says(string accountNumber, string status, string? declineCode)
    {
        var key = Caller.NewKey();
        await caller.Transfer(accountNumber, key);

        var decided = await Eventually.Becomes(() => caller.LookupTransfer(key), transfer => transfer.Text("status") != "pending");

        Assert.Equal((status, declineCode), (decided.Text("status"), decided.Text("declineCode")));
    }

    [Fact]
    public async Task An_error_without_a_transfer_leaves_nothing_to_find()
    {
        var key = Caller.NewKey();

        Assert.Equal(500, (await caller.Transfer("TESTERROR", key)).Status);

        Assert.Equal(404, (await caller.LookupTransfer(key)).Status);
    }

    // Twenty callers, on two copies: one return, one line of the settlement, one webhook.
    [Fact]
    public async Task What_arrived_is_sent_back_once_and_told_once()
    {
        var key = Caller.NewKey();
        var transfer = await caller.Transfer("DE89370400440532013000", key);

        var answers = await Race.Run(_ => Return(transfer.Text("transferId")));
        var found = await caller.LookupTransfer(key);
        var repeated = await caller.Transfer("DE89370400440532013000", key);
        var told = await Eventually.Becomes(() => Task.FromResult(services.Receiver.For(key)), told => told.Count >= 1);

        Assert.All(answers.Append(found).Append(repeated), answer => Assert.Equal(
            (200, "returned", "account-closed"), (answer.Status, answer.Text("status"), answer.Text("returnCode"))));
        Assert.Single(answers.Select(answer => answer.Text("returnedAt")).Distinct());
        var webhook = Assert.Single(told).Json;
        Assert.Equal(("transfer.returned", "returned"), (webhook.GetProperty("type").GetString(), webhook.GetProperty("status").GetString()));
        Assert.Equal("account-closed", webhook.GetProperty("returnCode").GetString());
        Assert.Equal((-5_000, 5_000), (await MovedBy(key, "transfer"), await MovedBy(key, "transfer-return")));
    }

    [Fact]
    public async Task Only_what_arrived_is_sent_back()
    {
        var declined = await caller.Transfer("TESTDECLINED", Caller.NewKey());

        Assert.Equal((409, "transfer-not-succeeded"), await CodeOf(Return(declined.Text("transferId"))));
        Assert.Equal(404, (await Return(Guid.NewGuid().ToString())).Status);
        Assert.Equal((400, "code"), (await Return(declined.Text("transferId"), "")) is var refused ? (refused.Status, refused.Text("field")) : default);
    }

    [Theory]
    [InlineData("TESTRETURNED", 1)]
    [InlineData("TESTRETURNEDTWICE", 2)]
    public async Task A_bank_that_sends_back_by_itself_says_so(string accountNumber, int times)
    {
        var key = Caller.NewKey();

        Assert.Equal("succeeded", (await caller.Transfer(accountNumber, key)).Text("status"));

        var told = await Eventually.Becomes(() => Task.FromResult(services.Receiver.For(key)), told => told.Count >= times);
        Assert.Equal(times, told.Count);
        Assert.Single(told.Select(webhook => webhook.Json.GetProperty("webhookId").GetGuid()).Distinct());
        Assert.Equal("returned", (await caller.LookupTransfer(key)).Text("status"));
    }

    [Fact]
    public async Task A_return_is_told_beside_an_arrival_that_is_told_late_or_not_at_all()
    {
        var (early, silent) = (Caller.NewKey(), Caller.NewKey());
        await caller.Transfer("TESTRETURNEDEARLY", early);
        await caller.Transfer("TESTRETURNEDSILENT", silent);

        var told = await Eventually.Becomes(() => Task.FromResult(services.Receiver.For(early)), told => told.Count >= 2);
        var returned = await Eventually.Becomes(() => caller.LookupTransfer(silent), transfer => transfer.Text("status") == "returned");

        Assert.Equal(["transfer.returned", "transfer.succeeded"], told.Select(webhook => webhook.Json.GetProperty("type").GetString()).Order());
        Assert.Equal("returned", returned.Text("status"));
        Assert.Equal(0, await services.Count("select count(*) from sandbox.webhook_deliveries where body like '%' || @Key || '%'", new { Key = silent }));
    }

    Task<Reply> Return(string? transferId, string code = "account-closed") =>
        caller.Send(HttpMethod.Post, $"/sandbox/payments/transfers/{transferId}/return", new { code });

    Task<long> MovedBy(string key, string type) => services.Count(
        "select coalesce(sum(amount_minor_units), 0)::bigint from sandbox.movements where (key, type) = (@Key, @Type)", new { Key = key, Type = type });

    static async Task<(int Status, string? Code)> CodeOf(Task<Reply> call) => (await call) is var reply ? (reply.Status, reply.Code) : default;
}
