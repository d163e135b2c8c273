using System.Text.Json.Serialization;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>What an account stands for; see billing.ledger_accounts.kind.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccountKind>))]
internal enum AccountKind
{
    PassengerReceivable, DriverPayable, HeldCash, Commission, Tax, ProviderClearing, Concessions, WriteOffs, PayoutsInTransit, PayoutFees, Bank, PromotionExpense,
    PassengerWallet, PassengerCredit, ChargebacksInDispute, ChargebackLosses, ProviderFees, SurplusPayments,
    SubscriptionFees, DriverFees,
}

/// <summary>Why money moved between accounts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TransferKind>))]
internal enum TransferKind
{
    Fare, Payment, Adjustment, Refund, WriteOff, Void, PayoutReserved, PayoutSent, PayoutReturned, TopUp, WalletPayment, CreditArisen, CreditUsed, CreditGiven,
    CreditExpired, Chargeback, ChargebackWon, ChargebackLost, Settlement, SurplusReceived, SurplusReturned, Tip, SetOff,
    WalletForgiven,
    Subscription, DriverCancellation,
}

/// <summary>One side of a transfer.</summary>
/// <param name="PartyId">Passenger or driver; empty for accounts of our own.</param>
/// <param name="MinorUnits">Debit positive, credit negative.</param>
internal readonly record struct Posting(AccountKind Account, Guid PartyId, long MinorUnits);

/// <summary>A movement in the books whose postings sum to zero.</summary>
/// <param name="BusinessKey">What happened; a key posts once, however often it is tried.</param>
/// <param name="RideId">The ride that it is about, if it is about one.</param>
/// <param name="PayoutId">The payout that it is about.</param>
/// <param name="TopUpId">The payment into a wallet that it is about.</param>
/// <param name="CreditId">The credit that it is about, when that is about no ride.</param>
/// <param name="SettlementId">The provider's day that it is about.</param>
/// <param name="SubscriptionId">The driver's subscription that it is about.</param>
internal sealed record LedgerTransfer(
    string BusinessKey, TransferKind Kind, Guid? RideId, string Currency, DateTimeOffset OccurredAt, IReadOnlyList<Posting> Postings, Guid? PayoutId = null,
    Guid? TopUpId = null, Guid? CreditId = null, Guid? SettlementId = null, Guid? SubscriptionId = null)
{
    /// <summary>Decides the shard of our own accounts.</summary>
    public Guid SubjectId => RideId ?? PayoutId ?? TopUpId ?? CreditId ?? SettlementId ?? SubscriptionId ?? Guid.Empty;
}

/// <summary>
/// Writes transfers: entries and balances in one statement. Accounts are taken in one order everywhere, so that transfers wait for
/// each other but never in a circle, and our own accounts are split into shards by ride or payout, so that they rarely wait at all.
/// That a transfer sums to zero is checked by the schema at commit, not here. What happened in a month that is closed is posted in the open one.
/// </summary>
internal static class Ledger
{
    const int Shards = 16;

    /// <summary>The statement that posts one transfer.</summary>
    public const string Post = """
        with booked as materialized (
            select billing.open_for(@OccurredAt) as at
        ), key as (
            insert into billing.ledger_keys (business_key, transfer_id, occurred_at)
            select @BusinessKey, @TransferId, at from booked
            on conflict (business_key) do nothing
            returning transfer_id, occurred_at
        ), transfer as (
            insert into billing.ledger_transfers (
                transfer_id, business_key, kind, ride_id, payout_id, top_up_id, credit_id, settlement_id, subscription_id, occurred_at, happened_at)
            select transfer_id, @BusinessKey, @TransferKind, @RideId, @PayoutId, @TopUpId, @CreditId, @SettlementId, @SubscriptionId, occurred_at,
                   nullif(@OccurredAt, occurred_at)
            from   key
            returning transfer_id, occurred_at
        ), posting as (
            select transfer_id, occurred_at, account_kind, party_id, shard, amount
            from   transfer, unnest(@AccountKinds, @PartyIds, @AccountShards, @Amounts) as side (account_kind, party_id, shard, amount)
        ), account as (
            insert into billing.ledger_accounts as account (kind, party_id, currency, shard, balance_minor_units)
            select   account_kind, party_id, @Currency, shard, amount
            from     posting
            order by account_kind, party_id, shard
            on conflict (kind, party_id, currency, shard) do update
            set balance_minor_units = account.balance_minor_units + excluded.balance_minor_units
            returning account_id, kind, party_id, shard
        )
        insert into billing.ledger_entries (transfer_id, account_id, currency, amount_minor_units, occurred_at)
        select posting.transfer_id, account.account_id, @Currency, posting.amount, posting.occurred_at
        from   posting
        join   account on (account.kind, account.party_id, account.shard) = (posting.account_kind, posting.party_id, posting.shard)
        """;

    /// <summary>Parameters of <see cref="Post"/>.</summary>
    public static LedgerParameters Parameters(LedgerTransfer transfer)
    {
        var sides = transfer.Postings.Where(posting => posting.MinorUnits != 0).ToArray();
        return new(
            Guid.CreateVersion7(), transfer.BusinessKey, transfer.Kind.ToString(), transfer.RideId, transfer.PayoutId, transfer.TopUpId, transfer.CreditId,
            transfer.SettlementId, transfer.SubscriptionId, transfer.Currency, transfer.OccurredAt,
            Array.ConvertAll(sides, side => side.Account.ToString()), Array.ConvertAll(sides, side => side.PartyId),
            Array.ConvertAll(sides, side => ShardOf(side, transfer.SubjectId)), Array.ConvertAll(sides, side => side.MinorUnits));
    }

    /// <summary>Posts a transfer together with the commit; one with nothing to move is not written.</summary>
    public static void Write(LedgerTransfer transfer, Transaction transaction)
    {
        if (transfer.Postings.Any(posting => posting.MinorUnits != 0))
        {
            transaction.Later(Post, Parameters(transfer));
        }
    }

    /// <summary>Posts a transfer at once, for whoever has to know the balance after it; other transfers of its accounts wait until the commit.</summary>
    public static Task WriteNow(LedgerTransfer transfer, Transaction transaction, CancellationToken ct) =>
        transaction.Execute(Post, Parameters(transfer), ct);

    static short ShardOf(Posting side, Guid subjectId) => side.PartyId == Guid.Empty ? (short)(subjectId.ToByteArray()[^1] % Shards) : (short)0;
}

/// <summary>What <see cref="Ledger.Post"/> binds.</summary>
internal sealed record LedgerParameters(
    Guid TransferId, string BusinessKey, string TransferKind, Guid? RideId, Guid? PayoutId, Guid? TopUpId, Guid? CreditId, Guid? SettlementId,
    Guid? SubscriptionId, string Currency, DateTimeOffset OccurredAt,
    string[] AccountKinds, Guid[] PartyIds, short[] AccountShards, long[] Amounts);
