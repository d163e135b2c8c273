using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>Any operator, also the one who proposed it, decides that a month stays open; it can be proposed again.</summary>
internal static class RejectMonthClosing
{
    public static async Task<Results<Ok<MonthClosingView>, ProblemHttpResult>> Handle(
        string month, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (BookMonth.Parse(month) is not { } asked) return BillingProblems.MonthInvalid.ToHttp();
        if (await tx.LockProposedClosing(asked, ct) is not { } closing) return BillingProblems.ClosingNotFound.ToHttp();

        return TypedResults.Ok((await tx.Decide(closing, MonthClosingStatus.Rejected, user.Id, clock.GetUtcNow(), ct)).View);
    }
}
