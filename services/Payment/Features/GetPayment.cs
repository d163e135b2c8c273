using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>How the payment of a ride stands, for its passenger and its driver.</summary>
internal static class GetPayment
{
    const string OfRide = """
        select id, ride_id, fare_kind, status, kind, payment_method_id, amount_minor_units, commission_minor_units, driver_earning_minor_units,
               tax_minor_units, currency, failure_code, open_attempt_id is not null as in_progress, created_at, settled_at
        from   payment.orders
        where  ride_id = @RideId and @UserId in (passenger_id, driver_id)
        """;

    const string AttemptsOf = """
        select ordinal, kind, status, decline_code, created_at, ended_at
        from   payment.attempts
        where  order_id = @OrderId
        order  by ordinal
        limit  100
        """;

    public static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        await Find(rideId, user, database, ct) is { } payment ? TypedResults.Ok(payment) : PaymentProblems.PaymentNotFound.ToHttp();

    static async Task<PaymentView?> Find(Guid rideId, CurrentUser user, Database database, CancellationToken ct)
    {
        var row = await database.Find<Row>(OfRide, new { RideId = rideId, UserId = user.Id }, ct);
        return row is null ? null : row.View(await database.List<AttemptView>(AttemptsOf, new { OrderId = row.Id }, ct));
    }

    internal sealed record Row(
        Guid Id, Guid RideId, FareKind FareKind, OrderStatus Status, PaymentMethodKind Kind, Guid PaymentMethodId, long AmountMinorUnits,
        long CommissionMinorUnits, long DriverEarningMinorUnits, long TaxMinorUnits, string Currency, string? FailureCode, bool InProgress,
        DateTimeOffset CreatedAt, DateTimeOffset? SettledAt)
    {
        public PaymentView View(IReadOnlyList<AttemptView> attempts) => new(
            Id, RideId, FareKind, Status, Kind, PaymentMethodId, Amount(AmountMinorUnits), Amount(CommissionMinorUnits),
            Amount(DriverEarningMinorUnits), Amount(TaxMinorUnits), FailureCode, InProgress, CreatedAt, SettledAt, attempts);

        Money Amount(long minorUnits) => new(minorUnits, Currency);
    }
}

/// <summary>The payment of one ride.</summary>
/// <param name="Kind">How it is to be settled; once settled, how it was.</param>
/// <param name="FailureCode">Why the last attempt was refused.</param>
/// <param name="InProgress">An attempt is under way; its outcome is not known yet.</param>
internal sealed record PaymentView(
    Guid PaymentOrderId, Guid RideId, FareKind FareKind, OrderStatus Status, PaymentMethodKind Kind, Guid PaymentMethodId,
    Money Amount, Money Commission, Money DriverEarning, Money Tax, string? FailureCode, bool InProgress,
    DateTimeOffset CreatedAt, DateTimeOffset? SettledAt, IReadOnlyList<AttemptView> Attempts);

/// <summary>One try to collect it.</summary>
internal sealed record AttemptView(
    int Ordinal, PaymentMethodKind Kind, AttemptStatus Status, string? DeclineCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
