using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// A fare was lowered: so much less is collected, and what a card has paid beyond it goes back. Cash stays with the driver, and the passenger's
/// credit in billing's books. May be heard before the fare itself.
/// </summary>
internal sealed class OnFareAdjusted(Outcomes outcomes, Refunds refunds, CityClock clock) : IEventHandler<FareAdjusted>
{
    const string InsertOnce = """
        insert into payment.adjustments (adjustment_id, ride_id, amount_minor_units, currency, occurred_at)
        values (@AdjustmentId, @RideId, @MinorUnits, @Currency, @OccurredAt)
        on conflict do nothing
        """;

    const string TakeOff = """
        update payment.orders set adjusted_minor_units = adjusted_minor_units + @MinorUnits, updated_at = @Now where id = @OrderId
        """;

    // What was not sent yet is sent with what is left, or not at all.
    const string LowerUnsent = "update payment.attempts set amount_minor_units = @MinorUnits where id = @AttemptId and status = 'Due'";

    const string WithdrawUnsent = """
        update payment.attempts set status = 'Declined', decline_code = 'fare-adjusted', ended_at = @Now where id = @AttemptId and status = 'Due'
        """;

    public async Task Handle(FareAdjusted adjusted, Transaction tx, CancellationToken ct)
    {
        await tx.LockRideOfFare(adjusted.RideId, ct);
        var row = new { adjusted.AdjustmentId, adjusted.RideId, adjusted.Amount.MinorUnits, adjusted.Amount.Currency, adjusted.OccurredAt };
        if (await tx.Execute(InsertOnce, row, ct) == 0 || await tx.LockOrderOfRide(adjusted.RideId, ct) is not { } order)
        {
            return;
        }

        await tx.Execute(TakeOff, new { OrderId = order.Id, adjusted.Amount.MinorUnits, Now = clock.GetUtcNow() }, ct);
        order = order with { AdjustedMinorUnits = order.AdjustedMinorUnits + adjusted.Amount.MinorUnits };
        await (order switch
        {
            { Status: OrderStatus.Settled, Kind: PaymentMethodKind.Card } => refunds.BeginExcess(tx, order, ct),
            { Status: OrderStatus.Pending or OrderStatus.Owed } => CollectLess(tx, order, ct),
            _ => Task.CompletedTask,
        });
    }

    async Task CollectLess(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        if (order.Amount.MinorUnits > 0)
        {
            await tx.Execute(LowerUnsent, new { AttemptId = order.OpenAttemptId, order.Amount.MinorUnits }, ct);
            return;
        }

        if (order.OpenAttemptId is { } open)
        {
            if (await tx.Execute(WithdrawUnsent, new { AttemptId = open, Now = clock.GetUtcNow() }, ct) == 0)
            {
                return; // under way: once its outcome is known, it is settled or paid back
            }

            order = order.WithoutAttempt("fare-adjusted");
        }

        await outcomes.SettleNothing(tx, order, ct);
    }
}
