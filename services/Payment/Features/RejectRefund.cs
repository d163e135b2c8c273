using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>An operator, the one who proposed it included, takes a proposal to refund again off the table; the passenger is still due it.</summary>
internal static class RejectRefund
{
    public static async Task<Results<Ok<RepaymentView>, ProblemHttpResult>> Handle(
        Guid rideId, Guid repaymentId, CurrentUser user, Repayments repayments, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();
        if (await Repayments.Find(tx, order.Id, repaymentId, ct) is not { } repayment) return PaymentProblems.RepaymentNotFound.ToHttp();
        if (repayment.Status is not RepaymentStatus.Proposed) return PaymentProblems.RepaymentDecided(repayment.Status).ToHttp();

        return TypedResults.Ok(await repayments.Decide(tx, repayment, order, RepaymentStatus.Rejected, user.Id, ct));
    }
}
