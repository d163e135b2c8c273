using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// A fare was lowered: so much less is collected, and what a card or a wallet has paid beyond it goes back. Cash stays with the driver, and the passenger's
/// credit in billing's books. An open code gives way to one over what is left. May be heard before the fare itself.
/// </summary>
internal sealed class OnFareAdjusted(
    Outcomes outcomes, Refunds refunds, Authorisations authorisations, Collecting collecting, Codes codes, CityClock clock) : IEventHandler<FareAdjusted>
{
    const string Code = "fare-adjusted";

    const string InsertOnce = """
        insert into payment.adjustments (adjustment_id, ride_id, amount_minor_units, currency, occurred_at)
        values (@AdjustmentId, @RideId, @MinorUnits, @Currency, @OccurredAt)
        on conflict do nothing
        """;

    const string TakeOff = """
        update payment.orders set adjusted_minor_units = @Adjusted, updated_at = @Now where id = @OrderId
        """;

    // What was not sent yet is sent with what is left, or not at all.
    const string LowerUnsent = """
        update payment.attempts set amount_minor_units = least(amount_minor_units, @MinorUnits) where id = @AttemptId and status = 'Due'
        """;

    const string WithdrawUnsent = """
        update payment.attempts set status = 'Declined', decline_code = @Code, ended_at = @Now where id = @AttemptId and status = 'Due'
        returning id, authorisation_id
        """;

    public async Task Handle(FareAdjusted adjusted, Transaction tx, CancellationToken ct)
    {
        await tx.LockRideOfFare(adjusted.RideId, ct);
        var row = new { adjusted.AdjustmentId, adjusted.RideId, adjusted.Amount.MinorUnits, adjusted.Amount.Currency, adjusted.OccurredAt };
        if (await tx.Execute(InsertOnce, row, ct) == 0 || await tx.LockOrderOfRide(adjusted.RideId, ct) is not { } order)
        {
            return;
        }

        // What goes beyond was never to be collected: billing had set it off, and gives it back.
        order = order with { AdjustedMinorUnits = Math.Min(order.AmountMinorUnits, order.AdjustedMinorUnits + adjusted.Amount.MinorUnits) };
        await tx.Execute(TakeOff, new { OrderId = order.Id, Adjusted = order.AdjustedMinorUnits, Now = clock.GetUtcNow() }, ct);
        await (order switch
        {
            { GivesExcessBack: true } => refunds.BeginExcess(tx, order, ct),
            { Status: OrderStatus.Pending or OrderStatus.Owed, HasOpenCode: true } => ReplaceCode(tx, order, ct),
            { Status: OrderStatus.Pending or OrderStatus.Owed } => CollectLess(tx, order, ct),
            _ => Task.CompletedTask,
        });
    }

    async Task ReplaceCode(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        order = await codes.Withdraw(tx, order, Code, ct);
        await (order.Amount.MinorUnits > 0 ? collecting.Charge(tx, order, TimeSpan.Zero, ct) : outcomes.SettleNothing(tx, order, ct));
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
            if (await tx.Find<Withdrawn>(WithdrawUnsent, new { AttemptId = open, Code, Now = clock.GetUtcNow() }, ct) is not { } withdrawn)
            {
                return; // under way: once its outcome is known, it is settled or paid back
            }

            if (withdrawn.AuthorisationId is { } held)
            {
                await authorisations.NotCaptured(tx, held, Decline.From(Code), ct);
            }

            order = order.WithoutAttempt(Code);
        }

        await outcomes.SettleNothing(tx, order, ct);
    }

    sealed record Withdrawn(Guid Id, Guid? AuthorisationId);
}
