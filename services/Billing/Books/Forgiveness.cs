using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>Proposed by one operator → Effective or Rejected, above a limit by another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ForgivenessStatus>))]
internal enum ForgivenessStatus { Proposed, Effective, Rejected }

/// <summary>An operator's decision that a passenger does not owe a lost chargeback any more, of a ride or of a top-up, or the proposal of it.</summary>
internal sealed record Forgiveness(Guid ForgivenessId, string Reason, Guid ProposedBy);

/// <summary>A lost chargeback as a forgiveness finds it.</summary>
/// <param name="RideMinorUnits">With what of its ride was forgiven before, so that no sum gets past a limit in slices.</param>
internal sealed record LostChargeback(
    Guid DisputeId, Guid RideId, Guid PassengerId, long AmountMinorUnits, string Currency, bool IsForgiven, long RideMinorUnits)
{
    public Money Amount => new(AmountMinorUnits, Currency);

    public ForgivenessView View(Forgiveness forgiveness, ForgivenessStatus status) =>
        new(DisputeId, RideId, PassengerId, Amount, forgiveness.Reason, status);
}

/// <summary>A forgiveness as operators see it.</summary>
internal sealed record ForgivenessView(Guid DisputeId, Guid RideId, Guid PassengerId, Money Amount, string Reason, ForgivenessStatus Status);

/// <summary>The SQL that the features of forgiving share. The ride's row is the lock.</summary>
internal static class ForgivenessStore
{
    const string LockRide = """
        select 1
        from   billing.rides ride
        join   billing.lost_chargebacks lost on lost.ride_id = ride.ride_id
        where  lost.dispute_id = @DisputeId
        for    update of ride
        """;

    // A statement of its own, behind the lock: it must see what the holder before us committed.
    const string Read = """
        select lost.dispute_id, lost.ride_id, lost.passenger_id, lost.amount_minor_units, lost.currency, lost.forgiven_at is not null as is_forgiven,
               (select sum(amount_minor_units) from billing.lost_chargebacks every
                where  every.ride_id = lost.ride_id and (every.forgiven_at is not null or every.dispute_id = lost.dispute_id))::bigint as ride_minor_units
        from   billing.lost_chargebacks lost
        where  lost.dispute_id = @DisputeId
        """;

    const string InsertOnce = """
        insert into billing.forgivenesses (forgiveness_id, dispute_id, amount_minor_units, reason, status, proposed_by, proposed_at, needs_second_operator)
        values (@ForgivenessId, @DisputeId, @AmountMinorUnits, @Reason, 'Proposed', @ProposedBy, @Now, @NeedsSecondOperator)
        on conflict do nothing
        """;

    const string FindProposed = """
        select forgiveness_id, reason, proposed_by from billing.forgivenesses where dispute_id = @DisputeId and status = 'Proposed'
        """;

    const string MarkDecided = """
        update billing.forgivenesses set status = @Status, decided_by = @By, decided_at = @Now where forgiveness_id = @ForgivenessId
        """;

    const string MarkForgiven = """
        update billing.lost_chargebacks set forgiven_at = @Now, forgiven_by = @By, reason = @Reason where dispute_id = @DisputeId
        """;

    /// <summary>A lost chargeback, its ride locked until the transaction ends; null when there is none.</summary>
    public static async Task<LostChargeback?> LockLostChargeback(this Transaction tx, Guid disputeId, CancellationToken ct) =>
        await tx.Find<int?>(LockRide, new { DisputeId = disputeId }, ct) is null ? null : await tx.Find<LostChargeback>(Read, new { DisputeId = disputeId }, ct);

    /// <summary>False when another proposal waits.</summary>
    public static async Task<bool> Propose(
        this Transaction tx, Forgiveness forgiveness, Guid disputeId, long amountMinorUnits, bool needsSecondOperator, DateTimeOffset now, CancellationToken ct)
    {
        var row = new
        {
            forgiveness.ForgivenessId,
            DisputeId = disputeId,
            AmountMinorUnits = amountMinorUnits,
            forgiveness.Reason,
            forgiveness.ProposedBy,
            NeedsSecondOperator = needsSecondOperator,
            Now = now,
        };
        return await tx.Execute(InsertOnce, row, ct) == 1;
    }

    /// <summary>The proposal that waits for a decision; null when there is none.</summary>
    public static Task<Forgiveness?> FindProposedForgiveness(this Transaction tx, Guid disputeId, CancellationToken ct) =>
        tx.Find<Forgiveness>(FindProposed, new { DisputeId = disputeId }, ct);

    /// <summary>It moves no money, because the loss is booked already; what the passenger still owes is told.</summary>
    public static async Task<ForgivenessView> Forgive(
        this Transaction tx, Forgiveness forgiveness, LostChargeback lost, Guid by, DateTimeOffset now, CancellationToken ct)
    {
        await tx.Execute(MarkForgiven, new { lost.DisputeId, By = by, forgiveness.Reason, Now = now }, ct);
        await tx.Decide(forgiveness, ForgivenessStatus.Effective, by, now, ct);
        await tx.TellOfLostChargebacks(lost.RideId, lost.PassengerId, lost.Amount, now, ct);
        return lost.View(forgiveness, ForgivenessStatus.Effective);
    }

    public static Task Decide(
        this Transaction tx, Forgiveness forgiveness, ForgivenessStatus status, Guid by, DateTimeOffset now, CancellationToken ct) =>
        tx.Execute(MarkDecided, new { forgiveness.ForgivenessId, Status = status.ToString(), By = by, Now = now }, ct);
}
