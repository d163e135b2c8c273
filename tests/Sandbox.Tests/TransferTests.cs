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
}
