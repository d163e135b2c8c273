using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>
/// An operator lets a passenger ride again after a lost chargeback: paid in another way, or an honest mistake. At once up to a limit, beyond it when a second
/// operator has approved.
/// </summary>
internal static class ForgiveChargeback
{
    /// <param name="Reason">Why, 1 to 500 characters; for operators and auditors only.</param>
    internal sealed record Request(string Reason = "");

    public static async Task<Results<Ok<ForgivenessView>, ProblemHttpResult>> Handle(
        Guid disputeId, Request request, CurrentUser user, CityClock clock, IOptions<BillingOptions> options, Transaction tx, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500) return BillingProblems.ReasonInvalid.ToHttp();
        if (await tx.LockLostChargeback(disputeId, ct) is not { } lost) return BillingProblems.ChargebackNotFound.ToHttp();
        if (lost.IsForgiven) return BillingProblems.ChargebackForgiven.ToHttp();

        var now = clock.GetUtcNow();
        var needsSecond = lost.RideMinorUnits > options.Value.SecondOperatorAbove.GetValueOrDefault(lost.Currency);
        var forgiveness = new Forgiveness(Guid.CreateVersion7(), request.Reason.Trim(), user.Id);
        if (!await tx.Propose(forgiveness, disputeId, lost.AmountMinorUnits, needsSecond, now, ct)) return BillingProblems.ForgivenessProposed.ToHttp();

        return TypedResults.Ok(
            needsSecond ? lost.View(forgiveness, ForgivenessStatus.Proposed) : await tx.Forgive(forgiveness, lost, user.Id, now, ct));
    }
}
