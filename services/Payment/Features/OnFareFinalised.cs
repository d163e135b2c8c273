using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Makes one order of every fare, however often the event arrives: fare and ride are unique. Nothing is charged here: a card or a code gets an
/// attempt that the worker takes up after the commit.
/// </summary>
internal sealed class OnFareFinalised(CityClock clock, Collecting collecting, Authorisations authorisations) : IEventHandler<FareFinalised>
{
    const string NobodyMet = "cash-not-handed-over";

    const string InsertOrderOnce = """
        insert into payment.orders
               (id, fare_id, ride_id, passenger_id, driver_id, fare_kind, amount_minor_units, commission_minor_units, driver_earning_minor_units,
                tax_minor_units, currency, payment_method_id, kind, status, created_at, updated_at, promotion_minor_units, credit_minor_units,
                cash_method_id, adjusted_minor_units)
        values (@Id, @FareId, @RideId, @PassengerId, @DriverId, @FareKind, @Amount, @Commission, @DriverEarning,
                @Tax, @Currency, @PaymentMethodId, @Kind, 'Pending', @Now, @Now, @Promotion, @Credit, @CashMethodId,
                least(@Amount, coalesce((select sum(amount_minor_units) from payment.adjustments where ride_id = @RideId), 0)))
        on conflict do nothing
        returning adjusted_minor_units
        """;

    public async Task Handle(FareFinalised fare, Transaction tx, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var order = new PaymentOrder(
            Guid.CreateVersion7(), fare.RideId, fare.PassengerId, fare.DriverId, fare.ToCollect.MinorUnits, fare.Total.Currency, OrderStatus.Pending,
            fare.Payment.Kind, fare.Payment.PaymentMethodId, OpenAttemptId: null, AttemptsMade: 0, FailureCode: null, Version: 0,
            CashMethodId: fare.Payment.Kind is PaymentMethodKind.Cash ? fare.Payment.PaymentMethodId : null);
        await tx.LockRideOfFare(fare.RideId, ct);
        if (await tx.Find<long?>(InsertOrderOnce, Row(order, fare, now), ct) is not { } adjusted)
        {
            return;
        }

        order = order with { AdjustedMinorUnits = adjusted };
        await (order switch
        {
            { Amount.MinorUnits: 0 } => SettleAtOnce(tx, order, now, ct),
            { Kind: PaymentMethodKind.Card } => collecting.Begin(tx, order, ct),
            { Kind: PaymentMethodKind.Qr } => collecting.Charge(tx, order, TimeSpan.Zero, ct),
            { Kind: PaymentMethodKind.Wallet } => collecting.FromWallet(tx, order, ct),
            _ when fare.Kind == FareKind.Cancellation => OweAtOnce(tx, order, now, ct),
            _ => Task.CompletedTask, // cash: until the driver confirms it
        });
        await authorisations.ReleaseUnneeded(tx, order, ct);
    }

    static async Task SettleAtOnce(Transaction tx, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        var settled = order.Settle(order.Kind, order.Amount, now).Event!;
        await tx.Save(order.Apply(settled), now, ct);
        tx.Publish(settled);
    }

    /// <summary>A passenger who cancels or does not come hands nobody any cash.</summary>
    static async Task OweAtOnce(Transaction tx, PaymentOrder order, DateTimeOffset now, CancellationToken ct)
    {
        var owed = order.Owe(NobodyMet, now).Event!;
        await tx.Save(order.Apply(owed), now, ct);
        tx.Publish(owed);
    }

    static object Row(PaymentOrder order, FareFinalised fare, DateTimeOffset now) => new
    {
        order.Id,
        fare.FareId,
        order.RideId,
        order.PassengerId,
        order.DriverId,
        FareKind = fare.Kind.ToString(),
        Amount = order.AmountMinorUnits,
        Commission = fare.Commission.MinorUnits,
        DriverEarning = fare.DriverEarning.MinorUnits,
        Tax = fare.Tax.MinorUnits,
        Promotion = fare.Promotion?.MinorUnits ?? 0,
        Credit = fare.Credit?.MinorUnits ?? 0,
        order.Currency,
        order.PaymentMethodId,
        order.CashMethodId,
        Kind = order.Kind.ToString(),
        Now = now,
    };
}
