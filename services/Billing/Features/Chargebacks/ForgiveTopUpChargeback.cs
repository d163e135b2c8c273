using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>
/// An operator makes good what a lost chargeback of a top-up left a wallet below zero, as far as it goes: paid in another way, or an honest mistake. It is our
/// loss, and more than zero the wallet does not get. At once up to a limit, beyond it when a second operator has approved.
/// </summary>
internal static class ForgiveTopUpChargeback
{
    public static async Task<Results<Ok<TopUpForgivenessView>, ProblemHttpResult>> Handle(
        Guid disputeId, ForgiveChargeback.Request request, CurrentUser user, CityClock clock, IOptions<BillingOptions> options, Transaction tx,
        CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500) return BillingProblems.ReasonInvalid.ToHttp();
        if (await tx.LockLostTopUp(disputeId, ct) is not { } lost) return BillingProblems.ChargebackNotFound.ToHttp();
        if (lost.WhyNot is { } problem) return problem.ToHttp();

        var (now, amount) = (clock.GetUtcNow(), lost.Amount);
        var needsSecond = lost.ForgivenMinorUnits + amount.MinorUnits > options.Value.SecondOperatorAbove.GetValueOrDefault(lost.Currency);
        var forgiveness = new Forgiveness(Guid.CreateVersion7(), request.Reason.Trim(), user.Id);
        if (!await tx.Propose(forgiveness, disputeId, amount.MinorUnits, needsSecond, now, ct)) return BillingProblems.ForgivenessProposed.ToHttp();

        return TypedResults.Ok(
            needsSecond ? lost.View(forgiveness, ForgivenessStatus.Proposed) : await tx.Forgive(forgiveness, lost, user.Id, now, ct));
    }
}
