using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>An operator ends a promotion: nothing more is reserved from it. What rides under way were promised stays theirs.</summary>
internal static class StopPromotion
{
    const string Stop = """
        update billing.promotions
        set    stopped_at = @Now, stopped_by = @Operator
        where  promotion_id = @PromotionId and stopped_at is null
        """;

    public static async Task<Results<Ok<PromotionView>, ProblemHttpResult>> Handle(
        Guid promotionId, CurrentUser user, Transaction transaction, CityClock clock, CancellationToken ct)
    {
        await transaction.Execute(Stop, new { PromotionId = promotionId, Now = clock.GetUtcNow(), Operator = user.Id }, ct);
        return await transaction.Find<PromotionRow>(PromotionRow.Columns + "where promotion_id = @PromotionId", new { PromotionId = promotionId }, ct) is { } row
            ? TypedResults.Ok(PromotionView.Of(row.ToPromotion()))
            : Problem.NotFound("promotion").ToHttp();
    }
}
