using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>
/// A new passenger says who brought them, once and before their first ride, and has a credit; the referrer gets theirs when the newcomer has paid for a
/// ride (<see cref="RewardReferrals"/>). Both are taken off the budget now, so that what is promised is there.
/// </summary>
internal static class EnterReferralCode
{
    const string RunningIn = ReferralProgramme.Columns + " where city_id = @CityId and stopped_at is null";

    const string OwnerOf = "select passenger_id from billing.referral_codes where code = @Code";

    const string HasRidden = "select exists (select from billing.fares where passenger_id = @NewcomerId and kind = 'Ride')";

    const string WasBroughtByMe = "select exists (select from billing.referrals where (newcomer_id, referrer_id) = (@ReferrerId, @NewcomerId))";

    const string InsertOnce = """
        insert into billing.referrals (newcomer_id, referrer_id, programme_id, status, entered_at)
        values (@NewcomerId, @ReferrerId, @ProgrammeId, 'Pending', @Now)
        on conflict do nothing
        """;

    const string CountReferrer = """
        insert into billing.referral_counts as counted (programme_id, referrer_id, referrals)
        values (@ProgrammeId, @ReferrerId, 1)
        on conflict (programme_id, referrer_id) do update set referrals = counted.referrals + 1 where counted.referrals < @MostPerReferrer
        """;

    const string TakeOffBudget = """
        update billing.referral_programmes
        set    spent_minor_units = spent_minor_units + newcomer_minor_units, reserved_minor_units = reserved_minor_units + referrer_minor_units
        where  programme_id = @ProgrammeId and stopped_at is null
          and  reserved_minor_units + spent_minor_units + newcomer_minor_units + referrer_minor_units <= budget_minor_units
        """;

    /// <param name="CityId">Where the newcomer will ride; the credit is in its currency.</param>
    internal sealed record Request(string Code = "", string CityId = "");

    /// <param name="Credit">Set off against the next fares.</param>
    internal sealed record Answer(Money Credit, DateTimeOffset ExpiresAt);

    public static async Task<Results<Created<Answer>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (await tx.Find<ReferralProgramme>(RunningIn, new { request.CityId }, ct) is not { } programme) return BillingProblems.NoReferrals.ToHttp();

        var code = request.Code.Trim().ToUpperInvariant();
        if (await tx.Find<Guid?>(OwnerOf, new { Code = code }, ct) is not { } referrer) return BillingProblems.ReferralCodeUnknown.ToHttp();

        var now = clock.GetUtcNow();
        if (await Refuse(tx, new(user.Id, referrer, programme.ProgrammeId, programme.MostPerReferrer, now), ct) is { } problem) return problem.ToHttp();

        var credit = programme.ForNewcomer(user.Id, now);
        await PassengerCredits.Arise(credit, tx, ct);
        return TypedResults.Created("/v1/me/debts", new Answer(new(credit.MinorUnits, credit.Currency), credit.ExpiresAt!.Value));
    }

    /// <summary>What stands against it; null when it is written down, counted and paid for. A refusal takes all of that back.</summary>
    static async Task<Problem?> Refuse(Transaction tx, Row row, CancellationToken ct) =>
        row.ReferrerId == row.NewcomerId || await tx.Find<bool>(WasBroughtByMe, row, ct) ? BillingProblems.OwnReferralCode
        : await tx.Find<bool>(HasRidden, row, ct) ? BillingProblems.NotNew
        : await tx.Execute(InsertOnce, row, ct) == 0 ? BillingProblems.ReferralEntered
        : await tx.Execute(CountReferrer, row, ct) == 0 ? BillingProblems.ReferralLimit
        : await tx.Execute(TakeOffBudget, row, ct) == 0 ? BillingProblems.ReferralsExhausted
        : null;

    sealed record Row(Guid NewcomerId, Guid ReferrerId, Guid ProgrammeId, int MostPerReferrer, DateTimeOffset Now);
}
