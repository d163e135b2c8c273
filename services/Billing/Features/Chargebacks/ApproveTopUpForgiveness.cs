using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>A second operator agrees that a wallet is made good, as far as it is still short.</summary>
internal static class ApproveTopUpForgiveness
{
    public static async Task<Results<Ok<TopUpForgivenessView>, ProblemHttpResult>> Handle(
        Guid disputeId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockLostTopUp(disputeId, ct) is not { } lost) return BillingProblems.ChargebackNotFound.ToHttp();
        if (await tx.FindProposedForgiveness(disputeId, ct) is not { } proposed) return BillingProblems.ForgivenessNotFound.ToHttp();
        if (proposed.ProposedBy == user.Id) return BillingProblems.SecondOperatorRequired.ToHttp();
        if (lost.WhyNot is { } problem) return problem.ToHttp();

        return TypedResults.Ok(await tx.Forgive(proposed, lost, user.Id, clock.GetUtcNow(), ct));
    }
}
