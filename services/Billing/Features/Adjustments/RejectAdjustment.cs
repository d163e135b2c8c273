using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Adjustments;

/// <summary>An operator, the one who proposed it included, takes a proposal off the table; its amount can be proposed anew.</summary>
internal static class RejectAdjustment
{
    const string MarkRejected = """
        update billing.adjustments set status = 'Rejected', decided_by = @By, decided_at = @Now where adjustment_id = @AdjustmentId
        """;

    public static async Task<Results<Ok<AdjustmentView>, ProblemHttpResult>> Handle(
        Guid rideId, Guid adjustmentId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockAdjustableFare(rideId, ct) is not { } fare) return BillingProblems.FareNotFound.ToHttp();
        if (await tx.FindAdjustment(rideId, adjustmentId, ct) is not { } adjustment) return BillingProblems.AdjustmentNotFound.ToHttp();
        if (adjustment.Status is not AdjustmentStatus.Proposed) return BillingProblems.AdjustmentDecided(adjustment.Status).ToHttp();

        await tx.Execute(MarkRejected, new { AdjustmentId = adjustmentId, By = user.Id, Now = clock.GetUtcNow() }, ct);
        return TypedResults.Ok((adjustment with { Status = AdjustmentStatus.Rejected }).View(fare.Currency));
    }
}
