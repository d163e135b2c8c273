using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>A second operator closes the books until the end of the month, for good: nobody can open them again.</summary>
internal static class ApproveMonthClosing
{
    public static async Task<Results<Ok<MonthClosingView>, ProblemHttpResult>> Handle(
        string month, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (BookMonth.Parse(month) is not { } asked) return BillingProblems.MonthInvalid.ToHttp();
        if (await tx.LockProposedClosing(asked, ct) is not { } closing) return BillingProblems.ClosingNotFound.ToHttp();
        if (closing.ProposedBy == user.Id) return BillingProblems.SecondOperatorRequired.ToHttp();
        if (!await tx.CloseBooks(asked, ct)) return BillingProblems.MonthClosed.ToHttp();

        return TypedResults.Ok((await tx.Decide(closing, MonthClosingStatus.Closed, user.Id, clock.GetUtcNow(), ct)).View);
    }
}
