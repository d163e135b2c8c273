using System.Net;
using System.Net.Http.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What payment tells of top-ups that were taken back, in any order and any number: the first that is heard takes the money, and it is taken once.</summary>
public sealed class TopUpChargebackTests(BillingFleet fleet)
{
    static readonly DateTimeOffset At = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);
    static readonly Money PaidIn = new(1_000, "USD");
    static readonly Money Fee = new(1_500, "USD");

    readonly Guid passengerId = Guid.CreateVersion7();
    readonly Guid topUpId = Guid.CreateVersion7();
    readonly Guid disputeId = Guid.CreateVersion7();

    WalletToppedUp ToppedUp => new(topUpId, passengerId, PaidIn) { OccurredAt = At, Version = 1 };

    TopUpChargebackReceived Received => new(disputeId, topUpId, passengerId, PaidIn, Fee, "fraudulent") { OccurredAt = At, Version = 2 };

    TopUpChargebackWon Won => new(disputeId, topUpId, passengerId, PaidIn, Fee, Fee) { OccurredAt = At, Version = 3 };

    TopUpChargebackLost Lost => new(disputeId, topUpId, passengerId, PaidIn, Fee) { OccurredAt = At, Version = 3 };

    [Fact]
    public async Task What_is_won_is_in_the_wallet_also_when_the_end_is_heard_first()
    {
        await fleet.Deliver(ToppedUp, Won, Received, Received with { EventId = Guid.CreateVersion7() }, Won with { EventId = Guid.CreateVersion7() });

        Assert.Equal((-1_000, 0), (await fleet.Balance("PassengerWallet", passengerId), await Posted("ProviderFees")));
        Assert.Empty(await DebtsTold());
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_is_lost_is_gone_also_when_the_end_is_heard_first_and_the_top_up_last()
    {
        await fleet.Deliver(Lost, Received, Lost with { EventId = Guid.CreateVersion7() });
        var early = await fleet.Balance("PassengerWallet", passengerId);
        await fleet.Deliver(ToppedUp);

        Assert.Equal((1_000, 0, 1_500), (early, await fleet.Balance("PassengerWallet", passengerId), await Posted("ProviderFees")));
        Assert.Equal(["WalletDebtIncurred", "WalletDebtSettled"], await DebtsTold());
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Everything_at_once_and_often_is_booked_once()
    {
        await fleet.DeliverAtOnce([.. Enumerable.Range(0, 5).SelectMany(_ => new Event[] { ToppedUp, Received, Won })]);

        Assert.Equal((-1_000, 0), (await fleet.Balance("PassengerWallet", passengerId), await Posted("ProviderFees")));
        Assert.False(await DebtsTold() is [.., "WalletDebtIncurred"]);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>The limit is 50.00 dollars: what is beyond it waits for another operator, and is made good as far as the wallet is short then.</summary>
    [Fact]
    public async Task Beyond_the_limit_another_operator_decides_whether_a_wallet_is_made_good()
    {
        var large = new Money(6_000, "USD");
        await fleet.Deliver(Lost with { Amount = large });
        var (forgive, another) = ($"/v1/ops/chargebacks/{disputeId}/forgive-top-up", Guid.CreateVersion7());

        var (proposed, twice, alone) = (await Post(forgive), await Post(forgive), await Post($"{forgive}/approve"));
        var (rejected, again) = (await Post($"{forgive}/reject"), await Post(forgive));
        var before = await fleet.Balance("PassengerWallet", passengerId);
        await fleet.Deliver(ToppedUp);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Post($"{forgive}/approve", another)));

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.Conflict, HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.OK), (proposed, twice, alone, rejected, again));
        Assert.Equal(6_000, before);
        Assert.Single(answers, status => status == HttpStatusCode.OK);
        Assert.All(answers, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound));
        Assert.Equal((0, 5_000), (await fleet.Balance("PassengerWallet", passengerId), await Posted("ChargebackLosses")));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    async Task<HttpStatusCode> Post(string path, Guid? by = null)
    {
        using var request = fleet.RequestOfOperator(HttpMethod.Post, path, by ?? fleet.Operator);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        request.Content = JsonContent.Create(new { reason = "paid by transfer" });
        return (await fleet.Send(request)).StatusCode;
    }

    /// <summary>By everything about the top-up, debits positive.</summary>
    async Task<long> Posted(string account) => (await fleet.Column<long>(
        """
        select coalesce(sum(entry.amount_minor_units), 0)::bigint
        from   billing.ledger_transfers transfer
        join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
        join   billing.ledger_accounts account on account.account_id = entry.account_id
        where  transfer.top_up_id = @TopUpId and account.kind = @Account
        """, new { TopUpId = topUpId, Account = account }))[0];

    /// <summary>What match is told of the wallet, in order.</summary>
    Task<IReadOnlyList<string>> DebtsTold() => fleet.Column<string>(
        """
        select event_type
        from   (select id, event_type, aggregate_id from billing.outbox union all select id, event_type, aggregate_id from billing.outbox_archive) told
        where  aggregate_id = @PassengerId and event_type like 'WalletDebt%'
        order  by id
        """, new { PassengerId = passengerId });
}
