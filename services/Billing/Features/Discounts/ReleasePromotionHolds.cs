using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Discounts;

/// <summary>Quotes that expired without a request promise nothing any more: what was held for them is free again, once, however many copies look.</summary>
internal sealed class ReleasePromotionHolds(Database database, IOptions<BillingOptions> options) : ISweep
{
    const int Portion = 1_000;

    const string FindExpired = "select promotion_id from billing.promotion_holds where expires_at <= now() order by expires_at limit 1";

    const string Release = $"""
        {PromotionHolds.LockPromotion};

        with released as (
            delete from billing.promotion_holds
            where  promotion_id = @PromotionId
              and  passenger_id in (
                select passenger_id from billing.promotion_holds where promotion_id = @PromotionId and expires_at <= now() order by expires_at limit @Portion)
            returning passenger_id
        ), counted as (
            select count(*) as holds from released
        )
        update billing.promotions promotion
        set    reserved_minor_units = reserved_minor_units - most_minor_units * counted.holds,
               held_minor_units = held_minor_units - most_minor_units * counted.holds
        from   counted
        where  promotion.promotion_id = @PromotionId and counted.holds > 0
        """;

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct) =>
        await database.Find<Guid?>(FindExpired, null, ct) is { } promotionId
        && await database.Execute(Release, new { PromotionId = promotionId, Portion }, ct) == 1;
}
