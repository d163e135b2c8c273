using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>For billing, which shows operators the money of a ride on one page: all that payment knows of it, with the provider's references.</summary>
internal static class GetMoneyOfRide
{
    const string OrderOf = """
        select id, status, kind, amount_minor_units, adjusted_minor_units, set_off_minor_units, currency, failure_code, created_at, settled_at
        from   payment.orders
        where  ride_id = @RideId
        """;

    const string AttemptsOf = """
        select   id, ordinal, kind, status, amount_minor_units, refunded_minor_units, currency, provider_charge_id, decline_code, sends, created_at, ended_at
        from     payment.attempts
        where    order_id = @Id
        order by ordinal
        limit    1000
        """;

    const string RefundsOf = """
        select   id, attempt_id, status, amount_minor_units, currency, provider_refund_id, failure_code, sends, created_at, ended_at
        from     payment.refunds
        where    order_id = @Id
        order by created_at, id
        limit    1000
        """;

    const string SurplusOf = """
        select   id, attempt_id, status, amount_minor_units, taken_back_minor_units, currency, provider_charge_id, provider_refund_id, failure_code, sends, created_at, ended_at
        from     payment.surplus_payments
        where    order_id = @Id
        order by created_at, id
        limit    1000
        """;

    const string TipsOf = """
        select   id as tip_id, ride_id, amount_minor_units, currency, status, failure_code, created_at, ended_at
        from     payment.tips
        where    order_id = @Id
        order by id
        limit    1000
        """;

    const string PayoutsOf = """
        select   payout.id, payout.status, payout.amount_minor_units, payout.currency, payout.provider_transfer_id, account.ends_with, payout.failure_code,
                 payout.created_at, payout.ended_at
        from     payment.payouts payout
        left     join payment.bank_accounts account on account.id = payout.bank_account_id
        where    payout.id = any(@Ids)
        order by payout.created_at, payout.id
        """;

    const string DisputesOf = $"""
        select   {DisputeRow.Columns}
        from     {DisputeRow.Source}
        where    dispute.order_id = @Id or dispute.tip_id in (select id from payment.tips where order_id = @Id)
        order by dispute.id
        limit    1000
        """;

    /// <param name="payout">Payouts that the ride's earning went into, as billing knows them.</param>
    public static async Task<Results<Ok<MoneyView>, ProblemHttpResult>> Handle(Guid rideId, Guid[] payout, Database database, CancellationToken ct)
    {
        if (await database.Find<OrderRow>(OrderOf, new { RideId = rideId }, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();

        var attempts = await database.List<AttemptRow>(AttemptsOf, order, ct);
        var refunds = await database.List<RefundRow>(RefundsOf, order, ct);
        var disputes = await database.List<DisputeRow>(DisputesOf, order, ct);
        var surplus = await database.List<SurplusRow>(SurplusOf, order, ct);
        var tips = await database.List<TipRow>(TipsOf, order, ct);
        var history = await OrderState.Of(order.Id, database, ct);
        var payouts = await database.List<PayoutRow>(PayoutsOf, new { Ids = payout }, ct);
        return TypedResults.Ok(new MoneyView(
            order.View(), [.. attempts.Select(row => row.View())], [.. refunds.Select(row => row.View())],
            [.. disputes.Select(row => row.View())], [.. payouts.Select(row => row.View())], TotalsOf(order, attempts, refunds, disputes, surplus, tips),
            [.. surplus.Select(row => row.View())], [.. tips.Select(row => row.View())], history));
    }

    static MoneyTotals TotalsOf(
        OrderRow order, IReadOnlyList<AttemptRow> attempts, IReadOnlyList<RefundRow> refunds, IReadOnlyList<DisputeRow> disputes,
        IReadOnlyList<SurplusRow> surplus, IReadOnlyList<TipRow> tips)
    {
        var received = attempts.Where(attempt => attempt.Status is AttemptStatus.Succeeded).ToList();
        var given = refunds.Where(refund => refund.Status == "Succeeded").ToList();
        var charged = received.Where(attempt => attempt.Kind is PaymentMethodKind.Card or PaymentMethodKind.Qr).ToList();
        var captured = charged.Sum(attempt => attempt.AmountMinorUnits);
        // What goes back to a wallet does not leave the provider.
        var returned = given.Where(refund => charged.Any(attempt => attempt.Id == refund.AttemptId)).Sum(refund => refund.AmountMinorUnits);
        var withdrawn = disputes.Sum(dispute =>
            (dispute.Status is DisputeStatus.Won ? 0 : dispute.AmountMinorUnits) + dispute.FeeMinorUnits - dispute.FeeBackMinorUnits);
        var tooMuch = surplus.Sum(payment => payment.Status == "Succeeded" ? payment.TakenBackMinorUnits : payment.AmountMinorUnits);
        var tipped = tips.Where(tip => tip.Status == "Succeeded").Sum(tip => tip.AmountMinorUnits);
        return new(
            received.Sum(attempt => attempt.AmountMinorUnits), given.Sum(refund => refund.AmountMinorUnits),
            captured + tooMuch + tipped - returned - withdrawn, order.SetOffMinorUnits);
    }

    sealed record OrderRow(
        Guid Id, OrderStatus Status, PaymentMethodKind Kind, long AmountMinorUnits, long AdjustedMinorUnits, long SetOffMinorUnits, string Currency,
        string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? SettledAt)
    {
        public MoneyOrder View() => new(
            Id, Status, Kind, new(AmountMinorUnits, Currency), new(AdjustedMinorUnits, Currency), FailureCode, CreatedAt, SettledAt,
            new(SetOffMinorUnits, Currency));
    }

    sealed record AttemptRow(
        Guid Id, int Ordinal, PaymentMethodKind Kind, AttemptStatus Status, long AmountMinorUnits, long RefundedMinorUnits, string Currency,
        string? ProviderChargeId, string? DeclineCode, int Sends, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
    {
        public MoneyAttempt View() => new(
            Id, Ordinal, Kind, Status, new(AmountMinorUnits, Currency), new(RefundedMinorUnits, Currency), ProviderChargeId, DeclineCode, Sends, CreatedAt,
            EndedAt);
    }

    sealed record RefundRow(
        Guid Id, Guid AttemptId, string Status, long AmountMinorUnits, string Currency, string? ProviderRefundId, string? FailureCode, int Sends,
        DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
    {
        public MoneyRefund View() => new(Id, AttemptId, Status, new(AmountMinorUnits, Currency), ProviderRefundId, FailureCode, Sends, CreatedAt, EndedAt);
    }

    sealed record SurplusRow(
        Guid Id, Guid AttemptId, string Status, long AmountMinorUnits, long TakenBackMinorUnits, string Currency, string ProviderChargeId, string? ProviderRefundId, string? FailureCode,
        int Sends, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
    {
        public MoneySurplus View() => new(
            Id, AttemptId, Status, new(AmountMinorUnits, Currency), new(TakenBackMinorUnits, Currency), ProviderChargeId, ProviderRefundId, FailureCode, Sends, CreatedAt, EndedAt);
    }

    sealed record PayoutRow(
        Guid Id, string Status, long AmountMinorUnits, string Currency, string? ProviderTransferId, string? EndsWith, string? FailureCode,
        DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
    {
        public MoneyPayout View() => new(Id, Status, new(AmountMinorUnits, Currency), ProviderTransferId, EndsWith, FailureCode, CreatedAt, EndedAt);
    }
}

/// <summary>The money of a ride as payment knows it.</summary>
internal sealed record MoneyView(
    MoneyOrder Order, IReadOnlyList<MoneyAttempt> Attempts, IReadOnlyList<MoneyRefund> Refunds, IReadOnlyList<DisputeView> Disputes,
    IReadOnlyList<MoneyPayout> Payouts, MoneyTotals Totals, IReadOnlyList<MoneySurplus> Surplus, IReadOnlyList<TipView> Tips,
    IReadOnlyList<OrderState> History);

/// <summary>What is to be collected.</summary>
/// <param name="SetOff">What was paid beyond what is left of the fare, and is not refunded because a bank gave it back.</param>
internal sealed record MoneyOrder(
    Guid PaymentOrderId, OrderStatus Status, PaymentMethodKind Kind, Money Amount, Money Adjusted, string? FailureCode, DateTimeOffset CreatedAt,
    DateTimeOffset? SettledAt, Money SetOff);

/// <summary>One try. Its id is the provider's idempotency key.</summary>
internal sealed record MoneyAttempt(
    Guid AttemptId, int Ordinal, PaymentMethodKind Kind, AttemptStatus Status, Money Amount, Money Refunded, string? ProviderReference, string? DeclineCode,
    int Sends, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>Money on its way back.</summary>
internal sealed record MoneyRefund(
    Guid RefundId, Guid AttemptId, string Status, Money Amount, string? ProviderReference, string? FailureCode, int Sends, DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt);

/// <summary>What was paid with a code once too often, and how far it is on its way back.</summary>
/// <param name="TakenBack">What the payer's bank took before we gave it.</param>
internal sealed record MoneySurplus(
    Guid SurplusId, Guid AttemptId, string Status, Money Amount, Money TakenBack, string ProviderReference, string? ReturnReference, string? FailureCode, int Sends,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>A payout to the driver.</summary>
internal sealed record MoneyPayout(
    Guid PayoutId, string Status, Money Amount, string? ProviderReference, string? AccountNumberEndsWith, string? FailureCode, DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt);

/// <summary>What billing's ledger is held against, in minor units of the order's currency.</summary>
/// <param name="ReceivedMinorUnits">By attempts that succeeded, cash included.</param>
/// <param name="RefundedMinorUnits">By refunds that succeeded.</param>
/// <param name="HeldMinorUnits">What the provider took in for the ride and has not given away again.</param>
/// <param name="SetOffMinorUnits">Against lost disputes.</param>
internal sealed record MoneyTotals(long ReceivedMinorUnits, long RefundedMinorUnits, long HeldMinorUnits, long SetOffMinorUnits);
