using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The driver of a cash ride has the money, also when the passenger has tried another way in vain. Not while a card is being charged for it. Saying it again changes nothing and is answered
/// in the same way.
/// </summary>
internal static class ConfirmCashReceived
{
    public static async Task<Results<Ok<PaymentSettled>, ProblemHttpResult>> Handle(
        Guid rideId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order || order.DriverId != user.Id)
        {
            return PaymentProblems.PaymentNotFound.ToHttp();
        }

        if (order is { Status: OrderStatus.Settled, Kind: PaymentMethodKind.Cash })
        {
            return TypedResults.Ok(PaymentSettled.Of(order, order.CollectedMinorUnits));
        }

        var decision = order.ReceiveCash(clock.GetUtcNow());
        if (decision.Event is not { } settled || order.CashMethodId is not { } cash)
        {
            return decision.Problem!.ToHttp();
        }

        var attempt = Attempt.Next(order, cash, PaymentMethodKind.Cash);
        await tx.RecordSucceeded(attempt, settled.OccurredAt, ct);
        await tx.Save(order.With(attempt).Apply(settled), settled.OccurredAt, ct);
        tx.Publish(settled);
        return TypedResults.Ok(PaymentSettled.Of(order, settled.Amount.MinorUnits));
    }
}

/// <summary>Nothing is owed for this ride any more.</summary>
/// <param name="Amount">What the driver has.</param>
internal sealed record PaymentSettled(Guid PaymentOrderId, Guid RideId, OrderStatus Status, Money Amount)
{
    public static PaymentSettled Of(PaymentOrder order, long minorUnits) => new(order.Id, order.RideId, OrderStatus.Settled, new(minorUnits, order.Currency));
}
