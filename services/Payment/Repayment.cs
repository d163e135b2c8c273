using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>Proposed by one operator → Effective or Rejected, above a limit by another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RepaymentStatus>))]
internal enum RepaymentStatus { Proposed, Effective, Rejected }

/// <summary>An operator's decision to have given back again what failed to go back, or the proposal of it.</summary>
internal sealed record Repayment(Guid RepaymentId, long AmountMinorUnits, string Reason, RepaymentStatus Status, Guid ProposedBy, bool NeedsSecondOperator)
{
    /// <summary>Why <paramref name="user"/> cannot make it effective; null when they can.</summary>
    public Problem? RefusesApproval(CurrentUser user) =>
        Status is not RepaymentStatus.Proposed ? PaymentProblems.RepaymentDecided(Status)
        : NeedsSecondOperator && ProposedBy == user.Id ? PaymentProblems.SecondOperatorRequired
        : null;
}

/// <summary>
/// What passengers are still due after a refund failed, or the return of what they paid with a code once too often. The order is locked by whoever comes here.
/// </summary>
internal sealed class Repayments(Refunds refunds, Codes codes, CityClock clock)
{
    const string FindOne = """
        select repayment_id, amount_minor_units, reason, status, proposed_by, needs_second_operator
        from   payment.repayments
        where  order_id = @OrderId and repayment_id = @RepaymentId
        """;

    const string InsertOnce = """
        insert into payment.repayments (repayment_id, order_id, amount_minor_units, reason, status, proposed_by, proposed_at, needs_second_operator)
        values (@RepaymentId, @OrderId, @AmountMinorUnits, @Reason, 'Proposed', @ProposedBy, @Now, @NeedsSecondOperator)
        on conflict do nothing
        """;

    const string MarkDecided = """
        update payment.repayments set status = @Status, decided_by = @By, decided_at = @Now where repayment_id = @RepaymentId
        """;

    public static Task<Repayment?> Find(Transaction tx, Guid orderId, Guid repaymentId, CancellationToken ct) =>
        tx.Find<Repayment>(FindOne, new { OrderId = orderId, RepaymentId = repaymentId }, ct);

    /// <summary>What is not on its way back already, in minor units.</summary>
    public static async Task<long> LeftOf(Transaction tx, PaymentOrder order, CancellationToken ct) =>
        (order.GivesExcessBack ? await Refunds.ExcessOf(tx, order, ct) : 0) + await Codes.FailedReturnsOf(tx, order, ct);

    /// <summary>False when another proposal waits.</summary>
    public async Task<bool> Propose(Transaction tx, Repayment repayment, PaymentOrder order, CancellationToken ct)
    {
        var row = new
        {
            repayment.RepaymentId,
            OrderId = order.Id,
            repayment.AmountMinorUnits,
            repayment.Reason,
            repayment.ProposedBy,
            repayment.NeedsSecondOperator,
            Now = clock.GetUtcNow(),
        };
        return await tx.Execute(InsertOnce, row, ct) == 1;
    }

    /// <summary>It goes on its way back; null when nothing is left that could.</summary>
    public async Task<RepaymentView?> Begin(Transaction tx, Repayment repayment, PaymentOrder order, Guid by, CancellationToken ct)
    {
        var begun = order.GivesExcessBack && await refunds.BeginExcess(tx, order, ct);
        var again = await codes.TryReturnsAgain(tx, order, ct);
        return begun || again ? await Decide(tx, repayment, order, RepaymentStatus.Effective, by, ct) : null;
    }

    public async Task<RepaymentView> Decide(
        Transaction tx, Repayment repayment, PaymentOrder order, RepaymentStatus status, Guid by, CancellationToken ct)
    {
        await tx.Execute(MarkDecided, new { repayment.RepaymentId, Status = status.ToString(), By = by, Now = clock.GetUtcNow() }, ct);
        return RepaymentView.Of(order, repayment with { Status = status });
    }
}

/// <summary>What became of an operator's decision to give back again.</summary>
internal sealed record RepaymentView(Guid RepaymentId, Guid PaymentOrderId, Guid RideId, Money Amount, string Reason, RepaymentStatus Status)
{
    public static RepaymentView Of(PaymentOrder order, Repayment repayment) =>
        new(repayment.RepaymentId, order.Id, order.RideId, new(repayment.AmountMinorUnits, order.Currency), repayment.Reason, repayment.Status);
}
