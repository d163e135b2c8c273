using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>A state that an order took. The database writes it down, in the transaction of the change.</summary>
/// <param name="Cause">fare-finalised, collected, nothing-left, closed, or the code by which it came to be owed.</param>
/// <param name="AttemptId">What brought it about, if an attempt did.</param>
/// <param name="ClosureId">What brought it about, if operators did.</param>
internal sealed record OrderState(int Ordinal, OrderStatus Status, string Cause, Guid? AttemptId, Guid? ClosureId, DateTimeOffset OccurredAt)
{
    const string OfOrder = """
        select   ordinal, status, cause, attempt_id, closure_id, occurred_at
        from     payment.order_states
        where    order_id = @OrderId
        order by ordinal
        limit    100
        """;

    /// <summary>Every state that the order has had, oldest first.</summary>
    public static Task<IReadOnlyList<OrderState>> Of(Guid orderId, Database database, CancellationToken ct) =>
        database.List<OrderState>(OfOrder, new { OrderId = orderId }, ct);
}
