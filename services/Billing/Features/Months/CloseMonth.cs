using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>An operator proposes to close the books until the end of a month that is over. It waits for a second one.</summary>
internal static class CloseMonth
{
    const string Insert = """
        insert into billing.month_closings (closing_id, month, status, proposed_by, proposed_at)
        values (@ClosingId, @Month::date, 'Proposed', @By, @Now)
        on conflict (month) where status <> 'Rejected' do nothing
        """;

    public static async Task<Results<Created<MonthClosingView>, ProblemHttpResult>> Handle(
        string month, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (BookMonth.Parse(month) is not { } asked) return BillingProblems.MonthInvalid.ToHttp();

        var now = clock.GetUtcNow();
        if (now < asked.End) return BillingProblems.MonthNotOver.ToHttp();
        if (!await tx.IsOpen(asked, ct)) return BillingProblems.MonthClosed.ToHttp();

        var closing = new MonthClosing(Guid.CreateVersion7(), asked.First.ToDateTime(TimeOnly.MinValue), MonthClosingStatus.Proposed, user.Id, now, null, null);
        return await tx.Execute(Insert, new { closing.ClosingId, Month = asked.ToSql(), By = user.Id, Now = now }, ct) == 1
            ? TypedResults.Created("/v1/ops/months", closing.View)
            : BillingProblems.ClosingProposed.ToHttp();
    }
}
