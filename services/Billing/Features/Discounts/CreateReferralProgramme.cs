using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>An operator says what bringing a passenger is worth in a city, which has given nothing for it until then.</summary>
internal static class CreateReferralProgramme
{
    const long LargestAmount = 1_000_000_000_000;
    const int LongestCreditDays = 3_650, MostReferrals = 1_000_000;

    const string Insert = """
        insert into billing.referral_programmes (
            programme_id, city_id, currency, newcomer_minor_units, referrer_minor_units, most_per_referrer, credit_days, budget_minor_units, created_by)
        values (@ProgrammeId, @CityId, @Currency, @NewcomerMinorUnits, @ReferrerMinorUnits, @MostPerReferrer, @CreditDays, @BudgetMinorUnits, @Operator)
        on conflict do nothing
        """;

    /// <param name="NewcomerMinorUnits">Credited when the code is entered.</param>
    /// <param name="ReferrerMinorUnits">Credited when the newcomer has paid for a ride.</param>
    /// <param name="MostPerReferrer">How many a passenger can bring.</param>
    /// <param name="CreditDays">City days until a credit expires.</param>
    /// <param name="BudgetMinorUnits">All credits together, at least those of one referral.</param>
    internal sealed record Request(
        string CityId = "", long NewcomerMinorUnits = 0, long ReferrerMinorUnits = 0, int MostPerReferrer = 0, int CreditDays = 0, long BudgetMinorUnits = 0);

    public static async Task<Results<Created<ReferralProgrammeView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction tx, Cities cities, CancellationToken ct)
    {
        if (Refuse(request, cities) is { } problem) return problem.ToHttp();

        var programme = new ReferralProgramme(
            Guid.CreateVersion7(), request.CityId, cities.Find(request.CityId)!.Currency, request.NewcomerMinorUnits, request.ReferrerMinorUnits,
            request.MostPerReferrer, request.CreditDays, request.BudgetMinorUnits, 0, 0, StoppedAt: null);
        return await tx.Execute(Insert, Row(programme, user.Id), ct) == 0
            ? BillingProblems.ReferralProgrammeRuns.ToHttp()
            : TypedResults.Created($"/v1/ops/referral-programmes?cityId={programme.CityId}", programme.View);
    }

    static object Row(ReferralProgramme programme, Guid by) => new
    {
        programme.ProgrammeId,
        programme.CityId,
        programme.Currency,
        programme.NewcomerMinorUnits,
        programme.ReferrerMinorUnits,
        programme.MostPerReferrer,
        programme.CreditDays,
        programme.BudgetMinorUnits,
        Operator = by,
    };

    static Problem? Refuse(Request request, Cities cities) =>
        cities.Find(request.CityId) is null ? Problem.Invalid("cityId", "There is no such city.")
        : request.NewcomerMinorUnits is < 1 or > LargestAmount ? Problem.Invalid("newcomerMinorUnits", "More than zero.")
        : request.ReferrerMinorUnits is < 1 or > LargestAmount ? Problem.Invalid("referrerMinorUnits", "More than zero.")
        : request.MostPerReferrer is < 1 or > MostReferrals ? Problem.Invalid("mostPerReferrer", $"From 1 to {MostReferrals}.")
        : request.CreditDays is < 1 or > LongestCreditDays ? Problem.Invalid("creditDays", $"From 1 to {LongestCreditDays} days.")
        : request.BudgetMinorUnits < request.NewcomerMinorUnits + request.ReferrerMinorUnits || request.BudgetMinorUnits > LargestAmount
            ? Problem.Invalid("budgetMinorUnits", "At least what one referral costs.")
        : null;
}
