using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// What was paid into a wallet and is taken back by its cardholder. The wallet loses what the provider loses, at once and whatever is left in it; where that is
/// too little, the passenger owes the rest. The fee is ours. Every step is told whole: the first that is heard takes the money.
/// </summary>
internal sealed record TopUpChargeback(Guid DisputeId, Guid TopUpId, Guid PassengerId, Money Amount, Money Fee)
{
    const string InsertOnce = """
        insert into billing.top_up_chargebacks (dispute_id, top_up_id, passenger_id, amount_minor_units, currency, received_at)
        values (@DisputeId, @TopUpId, @PassengerId, @MinorUnits, @Currency, @At)
        on conflict (dispute_id) do nothing
        """;

    /// <summary>The money is gone: from the provider, and from the wallet.</summary>
    public async Task Take(Transaction tx, DateTimeOffset at, CancellationToken ct)
    {
        await tx.LockWallet(PassengerId, ct);
        await tx.Execute(InsertOnce, new { DisputeId, TopUpId, PassengerId, Amount.MinorUnits, Amount.Currency, At = at }, ct);
        await tx.PostToWallet(Received(at), PassengerId, ct);
    }

    LedgerTransfer Received(DateTimeOffset at) => new(
        $"chargeback:{DisputeId}", TransferKind.Chargeback, RideId: null, Amount.Currency, at,
        [
            new(AccountKind.PassengerWallet, PassengerId, Amount.MinorUnits),
            new(AccountKind.ProviderFees, Guid.Empty, Fee.MinorUnits),
            new(AccountKind.ProviderClearing, Guid.Empty, -(Amount.MinorUnits + Fee.MinorUnits)),
        ],
        TopUpId: TopUpId);

    /// <summary>It is back, with what the provider gave back of its fee.</summary>
    public LedgerTransfer Won(Money feeBack, DateTimeOffset at) => new(
        $"chargeback-won:{DisputeId}", TransferKind.ChargebackWon, RideId: null, Amount.Currency, at,
        [
            new(AccountKind.ProviderClearing, Guid.Empty, Amount.MinorUnits + feeBack.MinorUnits),
            new(AccountKind.PassengerWallet, PassengerId, -Amount.MinorUnits),
            new(AccountKind.ProviderFees, Guid.Empty, -feeBack.MinorUnits),
        ],
        TopUpId: TopUpId);
}
