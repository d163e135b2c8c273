using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>Any operator, also the one who proposed it, decides that a chargeback is not forgiven; it can be proposed again.</summary>
internal static class RejectForgiveness
{
    public static async Task<Results<Ok<ForgivenessView>, ProblemHttpResult>> Handle(
        Guid disputeId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockLostChargeback(disputeId, ct) is not { } lost) return BillingProblems.ChargebackNotFound.ToHttp();
        if (await tx.FindProposedForgiveness(disputeId, ct) is not { } proposed) return BillingProblems.ForgivenessNotFound.ToHttp();

        await tx.Decide(proposed, ForgivenessStatus.Rejected, user.Id, clock.GetUtcNow(), ct);
        return TypedResults.Ok(lost.View(proposed, ForgivenessStatus.Rejected));
    }
}
