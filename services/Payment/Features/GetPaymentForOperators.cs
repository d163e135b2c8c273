using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>How the payment of a ride stands, for operators: with what was decided about it, by whom and why.</summary>
internal static class GetPaymentForOperators
{
    const string ClosuresOf = """
        select   closure_id, kind, amount_minor_units, reason, status, needs_second_operator, proposed_by, proposed_at, decided_by, decided_at
        from     payment.closures
        where    order_id = @OrderId
        order by proposed_at, closure_id
        limit    100
        """;

    const string RepaymentsOf = """
        select   repayment_id, amount_minor_units, reason, status, needs_second_operator, proposed_by, proposed_at, decided_by, decided_at
        from     payment.repayments
        where    order_id = @OrderId
        order by proposed_at, repayment_id
        limit    100
        """;

    /// <param name="Repayments">Who had failed refunds tried again.</param>
    /// <param name="History">Every state that the order has had, oldest first.</param>
    internal sealed record Answer(
        PaymentView Payment, IReadOnlyList<ClosureItem> Closures, IReadOnlyList<RepaymentItem> Repayments, IReadOnlyList<OrderState> History);

    internal sealed record RepaymentItem(
        Guid RepaymentId, Money Amount, string Reason, RepaymentStatus Status, bool NeedsSecondOperator, Guid ProposedBy, DateTimeOffset ProposedAt,
        Guid? DecidedBy, DateTimeOffset? DecidedAt);

    internal sealed record ClosureItem(
        Guid ClosureId, ClosureKind Kind, Money Amount, string Reason, ClosureStatus Status, bool NeedsSecondOperator, Guid ProposedBy, DateTimeOffset ProposedAt,
        Guid? DecidedBy, DateTimeOffset? DecidedAt);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(Guid rideId, Database database, CancellationToken ct)
    {
        if (await GetPayment.Find(rideId, null, database, ct) is not { } payment) return PaymentProblems.PaymentNotFound.ToHttp();

        var (order, currency) = (new { OrderId = payment.PaymentOrderId }, payment.Amount.Currency);
        var closures = await database.List<Row>(ClosuresOf, order, ct);
        var repayments = await database.List<RepaymentRow>(RepaymentsOf, order, ct);
        return TypedResults.Ok(new Answer(
            payment, [.. closures.Select(row => row.View(currency))], [.. repayments.Select(row => row.View(currency))],
            await OrderState.Of(payment.PaymentOrderId, database, ct)));
    }

    sealed class Row
    {
        public Guid ClosureId { get; init; }
        public ClosureKind Kind { get; init; }
        public long AmountMinorUnits { get; init; }
        public string Reason { get; init; } = "";
        public ClosureStatus Status { get; init; }
        public bool NeedsSecondOperator { get; init; }
        public Guid ProposedBy { get; init; }
        public DateTimeOffset ProposedAt { get; init; }
        public Guid? DecidedBy { get; init; }
        public DateTimeOffset? DecidedAt { get; init; }

        public ClosureItem View(string currency) =>
            new(ClosureId, Kind, new(AmountMinorUnits, currency), Reason, Status, NeedsSecondOperator, ProposedBy, ProposedAt, DecidedBy, DecidedAt);
    }

    sealed class RepaymentRow
    {
        public Guid RepaymentId { get; init; }
        public long AmountMinorUnits { get; init; }
        public string Reason { get; init; } = "";
        public RepaymentStatus Status { get; init; }
        public bool NeedsSecondOperator { get; init; }
        public Guid ProposedBy { get; init; }
        public DateTimeOffset ProposedAt { get; init; }
        public Guid? DecidedBy { get; init; }
        public DateTimeOffset? DecidedAt { get; init; }

        public RepaymentItem View(string currency) =>
            new(RepaymentId, new(AmountMinorUnits, currency), Reason, Status, NeedsSecondOperator, ProposedBy, ProposedAt, DecidedBy, DecidedAt);
    }
}
