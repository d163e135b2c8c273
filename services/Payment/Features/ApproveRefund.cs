using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>A second operator lets a large refund be tried again; what is left to give back is judged anew.</summary>
internal static class ApproveRefund
{
    public static async Task<Results<Accepted<RepaymentView>, ProblemHttpResult>> Handle(
        Guid rideId, Guid repaymentId, CurrentUser user, Repayments repayments, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();
        if (await Repayments.Find(tx, order.Id, repaymentId, ct) is not { } repayment) return PaymentProblems.RepaymentNotFound.ToHttp();
        if (repayment.RefusesApproval(user) is { } problem) return problem.ToHttp();

        return await repayments.Begin(tx, repayment, order, user.Id, ct) is { } begun
            ? TypedResults.Accepted($"/v1/ops/rides/{rideId}/payment", begun)
            : PaymentProblems.NothingToRefund.ToHttp();
    }
}
