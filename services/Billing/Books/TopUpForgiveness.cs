using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>A lost chargeback of a top-up as a forgiveness finds it.</summary>
/// <param name="OwedMinorUnits">By how much the wallet is below zero; zero or less when it is not.</param>
/// <param name="ProposedMinorUnits">What an operator proposed to make good, and nobody has decided yet.</param>
/// <param name="ForgivenMinorUnits">What was made good of this wallet before, so that no sum gets past a limit in slices.</param>
internal sealed record LostTopUp(
    Guid DisputeId, Guid TopUpId, Guid PassengerId, long AmountMinorUnits, string Currency, bool IsForgiven, long OwedMinorUnits, long? ProposedMinorUnits,
    long ForgivenMinorUnits)
{
    /// <summary>What there is to make good: to zero at most, and not more than was proposed.</summary>
    public Money Amount => new(Math.Min(OwedMinorUnits, Math.Min(AmountMinorUnits, ProposedMinorUnits ?? long.MaxValue)), Currency);

    /// <summary>Why there is nothing to make good; null when there is.</summary>
    public Problem? WhyNot => IsForgiven ? BillingProblems.ChargebackForgiven : OwedMinorUnits <= 0 ? BillingProblems.WalletNotOverdrawn : null;

    public TopUpForgivenessView View(Forgiveness forgiveness, ForgivenessStatus status) =>
        new(DisputeId, TopUpId, PassengerId, Amount, forgiveness.Reason, status);
}

/// <summary>As operators see it.</summary>
/// <param name="Amount">By how much the wallet is raised.</param>
internal sealed record TopUpForgivenessView(Guid DisputeId, Guid TopUpId, Guid PassengerId, Money Amount, string Reason, ForgivenessStatus Status);

/// <summary>The SQL that the features of forgiving top-ups share. The wallet is the lock.</summary>
internal static class TopUpForgivenessStore
{
    const string FindPassenger = "select passenger_id from billing.top_up_chargebacks where dispute_id = @DisputeId and lost_at is not null";

    // Behind the lock: it must see what the holder before us committed.
    const string Read = """
        select lost.dispute_id, lost.top_up_id, lost.passenger_id, lost.amount_minor_units, lost.currency, lost.forgiven_at is not null as is_forgiven,
               coalesce(wallet.balance_minor_units, 0) as owed_minor_units, proposed.amount_minor_units as proposed_minor_units,
               (select coalesce(sum(every.forgiven_minor_units), 0) from billing.top_up_chargebacks every
                where (every.passenger_id, every.currency) = (lost.passenger_id, lost.currency))::bigint as forgiven_minor_units
        from   billing.top_up_chargebacks lost
        left   join billing.ledger_accounts wallet
               on wallet.kind = 'PassengerWallet' and (wallet.party_id, wallet.currency) = (lost.passenger_id, lost.currency)
        left   join billing.forgivenesses proposed on proposed.dispute_id = lost.dispute_id and proposed.status = 'Proposed'
        where  lost.dispute_id = @DisputeId
        """;

    const string MarkForgiven = """
        update billing.top_up_chargebacks
        set    forgiven_minor_units = @MinorUnits, forgiven_at = @Now, forgiven_by = @By, reason = @Reason
        where  dispute_id = @DisputeId
        """;

    /// <summary>A lost chargeback of a top-up, its wallet locked until the transaction ends; null when there is none.</summary>
    public static async Task<LostTopUp?> LockLostTopUp(this Transaction tx, Guid disputeId, CancellationToken ct)
    {
        if (await tx.Find<Guid?>(FindPassenger, new { DisputeId = disputeId }, ct) is not { } passengerId) return null;

        await tx.LockWallet(passengerId, ct);
        return await tx.Find<LostTopUp>(Read, new { DisputeId = disputeId }, ct);
    }

    /// <summary>Raises the wallet, at our loss.</summary>
    public static async Task<TopUpForgivenessView> Forgive(
        this Transaction tx, Forgiveness forgiveness, LostTopUp lost, Guid by, DateTimeOffset now, CancellationToken ct)
    {
        await tx.PostToWallet(Forgiven(lost, now), lost.PassengerId, ct);
        await tx.Execute(MarkForgiven, new { lost.DisputeId, lost.Amount.MinorUnits, Now = now, By = by, forgiveness.Reason }, ct);
        await tx.Decide(forgiveness, ForgivenessStatus.Effective, by, now, ct);
        return lost.View(forgiveness, ForgivenessStatus.Effective);
    }

    static LedgerTransfer Forgiven(LostTopUp lost, DateTimeOffset now) => new(
        $"wallet-forgiven:{lost.DisputeId}", TransferKind.WalletForgiven, RideId: null, lost.Currency, now,
        [
            new(AccountKind.ChargebackLosses, Guid.Empty, lost.Amount.MinorUnits),
            new(AccountKind.PassengerWallet, lost.PassengerId, -lost.Amount.MinorUnits),
        ],
        TopUpId: lost.TopUpId);
}
