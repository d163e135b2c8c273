using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>How the payment of a ride stands, for its passenger and its driver.</summary>
internal static class GetPayment
{
    const string OfRide = """
        select id, ride_id, fare_kind, status, kind, payment_method_id, amount_minor_units, commission_minor_units, driver_earning_minor_units,
               tax_minor_units, currency, failure_code, open_attempt_id is not null as in_progress, created_at, settled_at, adjusted_minor_units, collected_minor_units
        from   payment.orders
        where  ride_id = @RideId and (@UserId::uuid is null or @UserId in (passenger_id, driver_id))
        """;

    const string AttemptsOf = """
        select ordinal, kind, status, decline_code, created_at, ended_at
        from   payment.attempts
        where  order_id = @OrderId
        order  by ordinal
        limit  100
        """;

    const string RefundsOf = """
        select   id as refund_id, amount_minor_units, currency, status, failure_code, created_at, ended_at
        from     payment.refunds
        where    order_id = @OrderId
        order by created_at, id
        limit    100
        """;

    public static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        await Find(rideId, user.Id, database, ct) is { } payment ? TypedResults.Ok(payment) : PaymentProblems.PaymentNotFound.ToHttp();

    /// <param name="userId">Passenger or driver of the ride; null for whoever may see every ride.</param>
    internal static async Task<PaymentView?> Find(Guid rideId, Guid? userId, Database database, CancellationToken ct)
    {
        if (await database.Find<Row>(OfRide, new { RideId = rideId, UserId = userId }, ct) is not { } row)
        {
            return null;
        }

        var attempts = await database.List<AttemptView>(AttemptsOf, new { OrderId = row.Id }, ct);
        var refunds = await database.List<RefundRow>(RefundsOf, new { OrderId = row.Id }, ct);
        return row.View(attempts, [.. refunds.Select(refund => refund.View())]);
    }

    internal sealed record RefundRow(
        Guid RefundId, long AmountMinorUnits, string Currency, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
    {
        public RefundView View() => new(RefundId, new(AmountMinorUnits, Currency), Status, FailureCode, CreatedAt, EndedAt);
    }

    internal sealed record Row(
        Guid Id, Guid RideId, FareKind FareKind, OrderStatus Status, PaymentMethodKind Kind, Guid PaymentMethodId, long AmountMinorUnits,
        long CommissionMinorUnits, long DriverEarningMinorUnits, long TaxMinorUnits, string Currency, string? FailureCode, bool InProgress,
        DateTimeOffset CreatedAt, DateTimeOffset? SettledAt, long AdjustedMinorUnits, long CollectedMinorUnits)
    {
        public PaymentView View(IReadOnlyList<AttemptView> attempts, IReadOnlyList<RefundView> refunds) => new(
            Id, RideId, FareKind, Status, Kind, PaymentMethodId, Amount(AmountMinorUnits), Amount(CommissionMinorUnits),
            Amount(DriverEarningMinorUnits), Amount(TaxMinorUnits), FailureCode, InProgress, CreatedAt, SettledAt, attempts,
            Amount(AdjustedMinorUnits), refunds, Amount(CollectedMinorUnits));

        Money Amount(long minorUnits) => new(minorUnits, Currency);
    }
}

/// <summary>The payment of one ride.</summary>
/// <param name="Kind">How it is to be settled; once settled, how it was.</param>
/// <param name="FailureCode">Why the last attempt was refused.</param>
/// <param name="Amount">The fare as it was finalised, without the passenger's credit that was set off.</param>
/// <param name="InProgress">An attempt is under way; its outcome is not known yet.</param>
/// <param name="Adjusted">What operators have taken off the fare since.</param>
/// <param name="Collected">What attempts have collected of it, refunds not taken off.</param>
internal sealed record PaymentView(
    Guid PaymentOrderId, Guid RideId, FareKind FareKind, OrderStatus Status, PaymentMethodKind Kind, Guid PaymentMethodId,
    Money Amount, Money Commission, Money DriverEarning, Money Tax, string? FailureCode, bool InProgress,
    DateTimeOffset CreatedAt, DateTimeOffset? SettledAt, IReadOnlyList<AttemptView> Attempts, Money Adjusted, IReadOnlyList<RefundView> Refunds,
    Money Collected);

/// <summary>Money on its way back to the card, or back: Due, Sent, Succeeded, Failed.</summary>
internal sealed record RefundView(
    Guid RefundId, Money Amount, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>One try to collect it.</summary>
internal sealed record AttemptView(
    int Ordinal, PaymentMethodKind Kind, AttemptStatus Status, string? DeclineCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
