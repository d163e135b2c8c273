using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>An operator, the one who proposed it included, takes a proposal off the table; the order stays as it is.</summary>
internal static class RejectClosure
{
    public static async Task<Results<Ok<ClosureView>, ProblemHttpResult>> Handle(
        Guid rideId, Guid closureId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();
        if (await tx.FindClosure(order.Id, closureId, ct) is not { } closure) return PaymentProblems.ClosureNotFound.ToHttp();
        if (closure.Status is not ClosureStatus.Proposed) return PaymentProblems.ClosureDecided(closure.Status.ToString()).ToHttp();

        await tx.Decide(closureId, ClosureStatus.Rejected, user.Id, clock.GetUtcNow(), ct);
        return TypedResults.Ok(ClosureView.Of(order, closure with { Status = ClosureStatus.Rejected }));
    }
}
