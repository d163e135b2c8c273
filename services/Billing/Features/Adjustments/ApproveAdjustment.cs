using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Adjustments;

/// <summary>A second operator lets a large adjustment take effect.</summary>
internal static class ApproveAdjustment
{
    public static async Task<Results<Ok<AdjustmentView>, ProblemHttpResult>> Handle(
        Guid rideId, Guid adjustmentId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockAdjustableFare(rideId, ct) is not { } fare) return BillingProblems.FareNotFound.ToHttp();
        if (await tx.FindAdjustment(rideId, adjustmentId, ct) is not { } adjustment) return BillingProblems.AdjustmentNotFound.ToHttp();
        if ((adjustment.RefusesApproval(user) ?? fare.RefusesApproval()) is { } problem) return problem.ToHttp();

        var effective = await tx.MakeEffective(adjustment, fare, user.Id, clock.GetUtcNow(), ct);
        return TypedResults.Ok(effective.View(fare.Currency));
    }
}
