using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>A second operator agrees to give a large order up; what happened to the order since is judged anew.</summary>
internal static class ApproveClosure
{
    public static async Task<Results<Ok<ClosureView>, ProblemHttpResult>> Handle(
        Guid rideId, Guid closureId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();
        if (await tx.FindClosure(order.Id, closureId, ct) is not { } closure) return PaymentProblems.ClosureNotFound.ToHttp();
        if ((closure.RefusesApproval(user) ?? order.RefusesClosing(closure.Kind)) is { } problem) return problem.ToHttp();

        return TypedResults.Ok(await tx.Close(order, closure, user.Id, clock.GetUtcNow(), ct));
    }
}
