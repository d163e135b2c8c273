using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>A city's referral programmes with what they have reserved and spent, for operators: the newest first.</summary>
internal static class ListReferralProgrammes
{
    const string OfCity = ReferralProgramme.Columns + """

        where    city_id = @CityId
        order by programme_id desc
        limit    100
        """;

    internal sealed record Answer(IReadOnlyList<ReferralProgrammeView> Programmes);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(string cityId, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();

        var programmes = await database.List<ReferralProgramme>(OfCity, new { CityId = cityId }, ct);
        return TypedResults.Ok(new Answer([.. programmes.Select(programme => programme.View)]));
    }
}
