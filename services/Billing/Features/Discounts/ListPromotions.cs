using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>A city's promotions with what they have reserved and spent, for operators: the newest first.</summary>
internal static class ListPromotions
{
    const int LongestPage = 100;

    const string OfCity = PromotionRow.Columns + """
        where    city_id = @CityId and promotion_id < @Before
        order by promotion_id desc
        limit    @Limit
        """;

    static readonly Guid Last = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    public static async Task<Results<Ok<PromotionsView>, ProblemHttpResult>> Handle(
        string cityId, Guid? cursor, int? limit, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is null) return Problem.NotFound("city").ToHttp();

        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var rows = await database.List<PromotionRow>(OfCity, new { CityId = cityId, Before = cursor ?? Last, Limit = page }, ct);
        return TypedResults.Ok(new PromotionsView([.. rows.Select(row => PromotionView.Of(row.ToPromotion()))], rows.Count == page ? rows[^1].PromotionId : null));
    }
}

/// <summary>A page of them.</summary>
/// <param name="NextCursor">For the next page; absent on the last.</param>
internal sealed record PromotionsView(IReadOnlyList<PromotionView> Promotions, Guid? NextCursor);
