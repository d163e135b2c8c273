using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>An operator ends a programme: no code is entered under it any more. What was promised to referrers stays theirs.</summary>
internal static class StopReferralProgramme
{
    const string Stop = """
        update billing.referral_programmes
        set    stopped_at = @Now, stopped_by = @Operator
        where  programme_id = @ProgrammeId and stopped_at is null
        """;

    const string Find = ReferralProgramme.Columns + " where programme_id = @ProgrammeId";

    public static async Task<Results<Ok<ReferralProgrammeView>, ProblemHttpResult>> Handle(
        Guid programmeId, CurrentUser user, Transaction tx, CityClock clock, CancellationToken ct)
    {
        await tx.Execute(Stop, new { ProgrammeId = programmeId, Now = clock.GetUtcNow(), Operator = user.Id }, ct);
        return await tx.Find<ReferralProgramme>(Find, new { ProgrammeId = programmeId }, ct) is { } programme
            ? TypedResults.Ok(programme.View)
            : Problem.NotFound("referral programme").ToHttp();
    }
}
