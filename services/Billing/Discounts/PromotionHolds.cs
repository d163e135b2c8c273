using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Discounts;

/// <summary>
/// Holds in a promotion's budget what a quote promises, before the passenger sees it: once for each of them and promotion, however many of their quotes promise
/// it. It holds the promotion's most, because that is what any of the rides may come to.
/// </summary>
internal sealed class PromotionHolds(Database database, CityClock clock, IOptions<BillingOptions> options)
{
    /// <summary>
    /// Under it holds are made, used and released. Not stronger: whoever begins a use refers to the row, and waits for its passenger meanwhile.
    /// </summary>
    public const string LockPromotion = "select from billing.promotions where promotion_id = @PromotionId for no key update";

    const string Take = $"""
        {LockPromotion};

        with reserved as (
            update billing.promotions
            set    reserved_minor_units = reserved_minor_units + most_minor_units, held_minor_units = held_minor_units + most_minor_units
            where  promotion_id = @PromotionId and stopped_at is null and reserved_minor_units + spent_minor_units + most_minor_units <= budget_minor_units
              and  not exists (select from billing.promotion_holds where (promotion_id, passenger_id) = (@PromotionId, @PassengerId))
            returning promotion_id
        )
        insert into billing.promotion_holds as hold (promotion_id, passenger_id, expires_at)
        select promotion_id, @PassengerId, now() + make_interval(secs => @HeldSeconds)
        from   billing.promotions
        where  promotion_id = @PromotionId and stopped_at is null
          and  (exists (select from reserved)
            or  exists (select from billing.promotion_holds where (promotion_id, passenger_id) = (@PromotionId, @PassengerId)))
        on conflict (promotion_id, passenger_id) do update
        set    expires_at = greatest(hold.expires_at, excluded.expires_at)
        """;

    /// <summary>Another hold must last at least so long, system time, that nothing has to be written for a quote that is made now.</summary>
    public TimeSpan Needed => clock.ToSystem(options.Value.QuoteLifetime) + options.Value.PromotionHoldSlack;

    /// <summary>What these trips can be lowered by when this returns. A code that lost the race for the budget is a problem, what applies by itself is left out.</summary>
    public async Task<PromotionsForQuote> Hold(PromotionsForQuote offered, Guid passengerId, IReadOnlyList<PricedTrip> trips, CancellationToken ct)
    {
        while (offered.NextToHold(trips) is { } promotion)
        {
            if (await Hold(promotion, passengerId, ct))
            {
                offered = offered.Holding(promotion);
            }
            else
            {
                offered = promotion.Code is null ? offered.Without(promotion) : PromotionsForQuote.Refused(BillingProblems.PromotionExhausted);
            }
        }

        return offered;
    }

    /// <summary>Longer than needed, so that the quotes of the next moments are covered, too.</summary>
    async Task<bool> Hold(Promotion promotion, Guid passengerId, CancellationToken ct)
    {
        var held = Needed + options.Value.PromotionHoldSlack;
        return await database.Execute(Take, new { promotion.PromotionId, PassengerId = passengerId, HeldSeconds = held.TotalSeconds }, ct) == 1;
    }
}
