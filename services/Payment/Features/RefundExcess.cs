using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// An operator has a refund that failed tried again: whatever is captured beyond what the ride costs, or was paid with a code once too often, and is not on
/// its way back already. At once up to a limit, beyond it when a second operator has approved.
/// </summary>
internal static class RefundExcess
{
    /// <param name="Reason">Why, 1 to 500 characters; for operators and auditors only.</param>
    internal sealed record Request(string Reason = "");

    public static async Task<Results<Accepted<RepaymentView>, ProblemHttpResult>> Handle(
        Guid rideId, Request request, CurrentUser user, Repayments repayments, IOptions<PaymentOptions> options, Transaction tx, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500) return PaymentProblems.ReasonInvalid.ToHttp();
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();
        if (await Repayments.LeftOf(tx, order, ct) is not (> 0 and var left)) return PaymentProblems.NothingToRefund.ToHttp();

        var needsSecond = left > options.Value.SecondOperatorAbove.GetValueOrDefault(order.Currency);
        var repayment = new Repayment(Guid.CreateVersion7(), left, request.Reason.Trim(), RepaymentStatus.Proposed, user.Id, needsSecond);
        if (!await repayments.Propose(tx, repayment, order, ct)) return PaymentProblems.RepaymentProposed.ToHttp();

        var view = needsSecond ? RepaymentView.Of(order, repayment) : await repayments.Begin(tx, repayment, order, user.Id, ct);
        return view is null ? PaymentProblems.NothingToRefund.ToHttp() : TypedResults.Accepted($"/v1/ops/rides/{rideId}/payment", view);
    }
}
