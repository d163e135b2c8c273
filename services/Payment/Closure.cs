using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>WriteOff: it was owed, and nobody will pay. Void: it should never have been owed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClosureKind>))]
internal enum ClosureKind { WriteOff, Void }

/// <summary>Proposed by one operator → Effective or Rejected, above a limit by another.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClosureStatus>))]
internal enum ClosureStatus { Proposed, Effective, Rejected }

/// <summary>An operator's decision to give an order up, or the proposal of it.</summary>
internal sealed record Closure(Guid ClosureId, ClosureKind Kind, string Reason, ClosureStatus Status, Guid ProposedBy, bool NeedsSecondOperator)
{
    /// <summary>Why <paramref name="user"/> cannot make it effective; null when they can.</summary>
    public Problem? RefusesApproval(CurrentUser user) =>
        Status is not ClosureStatus.Proposed ? PaymentProblems.ClosureDecided(Status.ToString())
        : NeedsSecondOperator && ProposedBy == user.Id ? PaymentProblems.SecondOperatorRequired
        : null;
}

/// <summary>The SQL that the closures' features share; the order is locked by whoever comes here.</summary>
internal static class ClosureStore
{
    // A void moves everything back, what promotions and credits have paid too. What is written off adds to what was taken off the fare before.
    const string WouldGiveUp = """
        select case @Kind
               when 'Void' then amount_minor_units + promotion_minor_units + credit_minor_units
               else @Open + (select coalesce(sum(amount_minor_units), 0) from payment.adjustments where adjustments.ride_id = orders.ride_id)
               end::bigint
        from   payment.orders
        where  id = @OrderId
        """;

    const string FindOne = """
        select closure_id, kind, reason, status, proposed_by, needs_second_operator
        from   payment.closures
        where  order_id = @OrderId and closure_id = @ClosureId
        """;

    const string InsertOnce = """
        insert into payment.closures (closure_id, order_id, kind, reason, amount_minor_units, status, proposed_by, proposed_at, needs_second_operator)
        values (@ClosureId, @OrderId, @Kind, @Reason, @MinorUnits, 'Proposed', @ProposedBy, @Now, @NeedsSecondOperator)
        on conflict do nothing
        """;

    const string MarkDecided = """
        update payment.closures set status = @Status, decided_by = @By, decided_at = @Now where closure_id = @ClosureId
        """;

    /// <summary>How much of a ride is given up once its order is closed so, in minor units: all of the ride together, so that no sum gets past a limit in slices.</summary>
    public static Task<long> GivenUpBy(this Transaction tx, PaymentOrder order, ClosureKind kind, CancellationToken ct) =>
        tx.Find<long>(WouldGiveUp, new { OrderId = order.Id, Kind = kind.ToString(), Open = order.Amount.MinorUnits }, ct);

    public static Task<Closure?> FindClosure(this Transaction tx, Guid orderId, Guid closureId, CancellationToken ct) =>
        tx.Find<Closure>(FindOne, new { OrderId = orderId, ClosureId = closureId }, ct);

    /// <summary>False when another proposal waits.</summary>
    public static async Task<bool> Propose(this Transaction tx, Closure closure, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        var row = new
        {
            closure.ClosureId,
            OrderId = order.Id,
            Kind = closure.Kind.ToString(),
            closure.Reason,
            order.Amount.MinorUnits,
            closure.ProposedBy,
            closure.NeedsSecondOperator,
            Now = now,
        };
        return await tx.Execute(InsertOnce, row, ct) == 1;
    }

    public static Task Decide(this Transaction tx, Guid closureId, ClosureStatus status, Guid by, DateTimeOffset now, CancellationToken ct) =>
        tx.Execute(MarkDecided, new { ClosureId = closureId, Status = status.ToString(), By = by, Now = now }, ct);

    /// <summary>Ends the order and tells billing, whose books it changes.</summary>
    public static async Task<ClosureView> Close(
        this Transaction tx, PaymentOrder order, Closure closure, Guid by, DateTimeOffset now, CancellationToken ct)
    {
        var closed = order.Closed(closure.Kind);
        await tx.Decide(closure.ClosureId, ClosureStatus.Effective, by, now, ct);
        await tx.Save(closed, now, ct);
        tx.Publish(closure.Kind is ClosureKind.WriteOff
            ? new PaymentWrittenOff(order.Id, order.RideId, order.PassengerId, order.DriverId, order.Amount) { OccurredAt = now, Version = closed.Version }
            : new PaymentVoided(order.Id, order.RideId, order.PassengerId, order.DriverId, order.Amount) { OccurredAt = now, Version = closed.Version });
        return ClosureView.Of(order, closure with { Status = ClosureStatus.Effective });
    }
}

/// <summary>What became of an operator's decision about an order.</summary>
internal sealed record ClosureView(Guid ClosureId, Guid RideId, ClosureKind Kind, Money Amount, string Reason, ClosureStatus Status)
{
    public static ClosureView Of(PaymentOrder order, Closure closure) =>
        new(closure.ClosureId, order.RideId, closure.Kind, order.Amount, closure.Reason, closure.Status);
}
