using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>A passenger's wallet in dollars, and what cards pay into it.</summary>
sealed class Wallet(MoneyFleet fleet)
{
    public Guid PassengerId { get; } = Guid.CreateVersion7();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Paid in by a card with that token, and in the wallet.</summary>
    public async Task<Guid> TopUp(long minorUnits, string cardToken = "tok_ok")
    {
        using var added = await fleet.AsPassenger(PassengerId, HttpMethod.Post, "payment", "/v1/payment-methods", new { kind = "Card", cardToken });
        var paymentMethodId = (await added.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("paymentMethodId").GetGuid();
        using var begun = await fleet.AsPassenger(
            PassengerId, HttpMethod.Post, "payment", "/v1/wallet/top-ups", new { amountMinorUnits = minorUnits, currency = "USD", paymentMethodId });
        Assert.Equal(HttpStatusCode.Accepted, begun.StatusCode);
        var topUpId = (await begun.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("topUpId").GetGuid();
        await Eventually.Get(
            () => fleet.One<long>("select count(*) from billing.ledger_keys where business_key = 'top-up:' || @TopUpId", new { TopUpId = topUpId }),
            posted => posted == 1, Ct);
        return topUpId;
    }

    public Task<Ride> Ride() => MoneyTests.Ride.FromWallet(fleet, PassengerId);

    /// <summary>As the passenger sees it.</summary>
    public async Task<long> Balance()
    {
        using var answer = await fleet.AsPassenger(PassengerId, HttpMethod.Get, "billing", "/v1/wallet");
        var balances = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("balances");
        return balances.EnumerateArray().Sum(balance => balance.GetProperty("minorUnits").GetInt64());
    }

    public Task Becomes(long minorUnits) => Eventually.Get(Balance, balance => balance == minorUnits, Ct);

    /// <summary>Payment's name of the only dispute of a top-up, once it stands so with billing, too.</summary>
    public Task<Guid> DisputeOf(Guid topUpId, string status) => Eventually.Get(
        () => fleet.One<Guid>(
            """
            select coalesce(max(known.dispute_id::text)::uuid, @None)
            from   billing.top_up_chargebacks known
            join   payment.disputes dispute on dispute.id = known.dispute_id
            where  known.top_up_id = @TopUpId and dispute.status = @Status
              and  @Status = case when known.won_at is not null then 'Won' when known.lost_at is not null then 'Lost' else 'Received' end
            """,
            new { TopUpId = topUpId, Status = status, None = Guid.Empty }),
        id => id != Guid.Empty, Ct);

    /// <summary>What is left of it on accounts of ours, of everything about a top-up.</summary>
    public Task<long> Posted(Guid topUpId, string account) => fleet.One<long>(
        """
        select coalesce(sum(entry.amount_minor_units), 0)::bigint
        from   billing.ledger_transfers transfer
        join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
        join   billing.ledger_accounts account on account.account_id = entry.account_id
        where  transfer.top_up_id = @TopUpId and account.kind = @Account
        """, new { TopUpId = topUpId, Account = account });
}
