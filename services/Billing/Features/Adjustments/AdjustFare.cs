using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Adjustments;

/// <summary>
/// An operator takes something off a fare: effective at once up to a limit, beyond it once a second operator has approved. What was captured
/// is paid back, what is not yet paid is not collected.
/// </summary>
internal static class AdjustFare
{
    /// <param name="AmountMinorUnits">What to take off, in the fare's currency, more than zero.</param>
    /// <param name="Reason">Why, 1 to 500 characters; for operators and auditors only.</param>
    internal sealed record Request(long AmountMinorUnits = 0, string Reason = "", BornBy BornBy = BornBy.Everybody);

    public static async Task<Results<Created<AdjustmentView>, ProblemHttpResult>> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, IOptions<BillingOptions> options, Transaction tx, CancellationToken ct)
    {
        if (Refuse(request) is { } invalid) return invalid.ToHttp();
        if (await tx.LockAdjustableFare(rideId, ct) is not { } fare) return BillingProblems.FareNotFound.ToHttp();
        if (fare.Refuses(request.AmountMinorUnits) is { } problem) return problem.ToHttp();

        // All of the ride together: a sum does not get past the limit in slices.
        var taken = fare.AdjustedMinorUnits + fare.ProposedMinorUnits + request.AmountMinorUnits;
        var (now, limit) = (clock.GetUtcNow(), options.Value.SecondOperatorAbove.GetValueOrDefault(fare.Currency));
        var adjustment = new Adjustment(
            Guid.CreateVersion7(), rideId, request.AmountMinorUnits, request.BornBy, request.Reason.Trim(), AdjustmentStatus.Proposed, user.Id, taken > limit);
        await tx.Propose(adjustment, fare.Currency, now, ct);
        if (!adjustment.NeedsSecondOperator)
        {
            adjustment = await tx.MakeEffective(adjustment, fare, user.Id, now, ct);
        }

        return TypedResults.Created($"/v1/ops/rides/{rideId}/adjustments/{adjustment.AdjustmentId}", adjustment.View(fare.Currency));
    }

    static Problem? Refuse(Request request) => request switch
    {
        { AmountMinorUnits: <= 0 } => BillingProblems.AmountNotPositive,
        _ when string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500 => BillingProblems.ReasonInvalid,
        _ when !Enum.IsDefined(request.BornBy) => Problem.Invalid("bornBy", "It is born by Everybody or by the Platform."),
        _ => null,
    };
}
