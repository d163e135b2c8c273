using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>A second operator agrees that a large chargeback is forgiven.</summary>
internal static class ApproveForgiveness
{
    public static async Task<Results<Ok<ForgivenessView>, ProblemHttpResult>> Handle(
        Guid disputeId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockLostChargeback(disputeId, ct) is not { } lost) return BillingProblems.ChargebackNotFound.ToHttp();
        if (await tx.FindProposedForgiveness(disputeId, ct) is not { } proposed) return BillingProblems.ForgivenessNotFound.ToHttp();
        if (proposed.ProposedBy == user.Id) return BillingProblems.SecondOperatorRequired.ToHttp();

        return TypedResults.Ok(await tx.Forgive(proposed, lost, user.Id, clock.GetUtcNow(), ct));
    }
}
