using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>The SQL that several features share: orders and methods under their locks, and attempts.</summary>
internal static class PaymentStore
{
    const string OrderColumns = """
        id, ride_id, passenger_id, driver_id, amount_minor_units, currency, status, kind,
        payment_method_id, open_attempt_id, attempts_made, failure_code, version, adjusted_minor_units, collected_minor_units,
        cash_method_id
        """;

    const string LockByRide = $"select {OrderColumns} from payment.orders where ride_id = @RideId for update";

    const string LockById = $"select {OrderColumns} from payment.orders where id = @OrderId for update";

    const string LockRide = "select pg_advisory_xact_lock(hashtextextended(@RideId::text, 1))";

    const string LockMethods = "select pg_advisory_xact_lock(hashtextextended(@PassengerId::text, 0))";

    const string UpdateOrder = """
        update payment.orders
        set    status = @Status, kind = @Kind, payment_method_id = @PaymentMethodId, open_attempt_id = @OpenAttemptId,
               attempts_made = @AttemptsMade, failure_code = @FailureCode, version = @Version, updated_at = @Now,
               settled_at = case when @Status = 'Settled' then @Now end
        where  id = @Id and status in ('Pending', 'Owed')
        """;

    // What a wallet is to pay, billing decides: no worker takes it up.
    const string InsertAttempt = """
        insert into payment.attempts
               (id, order_id, ordinal, payment_method_id, kind, amount_minor_units, currency, status, due_at, created_at, ended_at,
                authorisation_id, authorised_minor_units)
        values (@Id, @OrderId, @Ordinal, @PaymentMethodId, @Kind, @MinorUnits, @Currency, @Status,
                case when @Kind = 'Wallet' then 'infinity' else now() + @Delay end, @Now, @EndedAt,
                @AuthorisationId, @AuthorisedMinorUnits)
        """;

    /// <summary>The order of a ride, locked until the end of the transaction: whoever decides about it next sees what was decided now.</summary>
    public static Task<PaymentOrder?> LockOrderOfRide(this Transaction tx, Guid rideId, CancellationToken ct) =>
        tx.Find<PaymentOrder>(LockByRide, new { RideId = rideId }, ct);

    /// <summary>An order, locked until the end of the transaction.</summary>
    public static Task<PaymentOrder?> LockOrder(this Transaction tx, Guid orderId, CancellationToken ct) =>
        tx.Find<PaymentOrder>(LockById, new { OrderId = orderId }, ct);

    /// <summary>A fare, what is taken off it and what is held for it may arrive at the same moment, in any order: one after the other.</summary>
    public static Task LockRideOfFare(this Transaction tx, Guid rideId, CancellationToken ct) => tx.Execute(LockRide, new { RideId = rideId }, ct);

    /// <summary>One change of a passenger's methods at a time, so that exactly one is the default after each.</summary>
    public static Task LockMethodsOf(this Transaction tx, Guid passengerId, CancellationToken ct) =>
        tx.Execute(LockMethods, new { PassengerId = passengerId }, ct);

    public static async Task Save(this Transaction tx, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        var row = new
        {
            order.Id,
            Status = order.Status.ToString(),
            Kind = order.Kind.ToString(),
            order.PaymentMethodId,
            order.OpenAttemptId,
            order.AttemptsMade,
            order.FailureCode,
            order.Version,
            Now = now,
        };
        if (await tx.Execute(UpdateOrder, row, ct) == 0)
        {
            throw new InvalidOperationException($"Order {order.Id} had ended before.");
        }
    }

    /// <summary>An attempt that the worker takes up after <paramref name="delay"/> of system time.</summary>
    public static Task Schedule(this Transaction tx, Attempt attempt, TimeSpan delay, DateTimeOffset now, CancellationToken ct) =>
        tx.Execute(InsertAttempt, Row(attempt, AttemptStatus.Due, delay, now, null), ct);

    /// <summary>An attempt that billing decides: a wallet.</summary>
    public static Task RecordAsked(this Transaction tx, Attempt attempt, DateTimeOffset now, CancellationToken ct) =>
        tx.Execute(InsertAttempt, Row(attempt, AttemptStatus.Sent, TimeSpan.Zero, now, null), ct);

    /// <summary>An attempt that succeeded without a provider: cash.</summary>
    public static Task RecordSucceeded(this Transaction tx, Attempt attempt, DateTimeOffset now, CancellationToken ct) =>
        tx.Execute(InsertAttempt, Row(attempt, AttemptStatus.Succeeded, TimeSpan.Zero, now, now), ct);

    static object Row(Attempt attempt, AttemptStatus status, TimeSpan delay, DateTimeOffset now, DateTimeOffset? endedAt) => new
    {
        attempt.Id,
        attempt.OrderId,
        attempt.Ordinal,
        attempt.PaymentMethodId,
        Kind = attempt.Kind.ToString(),
        attempt.Amount.MinorUnits,
        attempt.Amount.Currency,
        Status = status.ToString(),
        Delay = delay,
        Now = now,
        EndedAt = endedAt,
        attempt.AuthorisationId,
        attempt.AuthorisedMinorUnits,
    };
}
