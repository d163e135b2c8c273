using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// An operator has a refund that failed tried again: whatever is captured beyond what the ride costs, or was paid with a code once too often, and is not on
/// its way back already.
/// </summary>
internal static class RefundExcess
{
    internal sealed record Answer(Guid PaymentOrderId, Guid RideId);

    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(
        Guid rideId, Refunds refunds, Codes codes, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();

        var begun = order is { Status: OrderStatus.Settled, Kind: not PaymentMethodKind.Cash } && await refunds.BeginExcess(tx, order, ct);
        var again = await codes.TryReturnsAgain(tx, order, ct);
        return begun || again
            ? TypedResults.Accepted($"/v1/ops/rides/{rideId}/payment", new Answer(order.Id, rideId))
            : PaymentProblems.NothingToRefund.ToHttp();
    }
}
