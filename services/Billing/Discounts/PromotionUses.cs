using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Discounts;

/// <summary>
/// Reserves a promotion for a quote under which a ride is requested, gives it back when there is no ride, and consumes it with the fare. Rows are taken
/// in one order: the quote's lock, the passenger's, their count, the promotion, its holds.
/// </summary>
internal static class PromotionUses
{
    /// <summary>A request and its release may be handled at the same instant by two copies: one of them sees what the other did.</summary>
    const string LockQuote = "select pg_advisory_xact_lock(hashtextextended('promotion-use:' || @QuoteId::text, 0))";

    const string Begin = """
        insert into billing.promotion_uses (quote_id, promotion_id, passenger_id, status, reserved_minor_units, reserved_at)
        select @QuoteId, @PromotionId, @PassengerId, 'Unfunded', 0, @ReservedAt
        where  not exists (select from billing.quote_releases where quote_id = @QuoteId)
        on conflict do nothing
        """;

    /// <summary>A first ride is the first whichever promotion it is given by: a passenger's uses are counted one after the other.</summary>
    const string LockPassenger = "select pg_advisory_xact_lock(hashtextextended('promotion-passenger:' || @PassengerId::text, 0))";

    const string CountPassenger = $"""
        insert into billing.promotion_passengers as passenger (promotion_id, passenger_id, uses)
        select @PromotionId, @PassengerId, 1
        where  not (@FirstRideOnly and {Promotions.HasRidden})
        on conflict (promotion_id, passenger_id) do update
        set    uses = passenger.uses + 1
        where  passenger.uses < @UsesPerPassenger
        """;

    const string ReserveBudget = """
        update billing.promotions
        set    reserved_minor_units = reserved_minor_units + @MostMinorUnits
        where  promotion_id = @PromotionId and stopped_at is null and reserved_minor_units + spent_minor_units + @MostMinorUnits <= budget_minor_units
        """;

    const string TakeOverHold = """
        with held as (
            delete from billing.promotion_holds where (promotion_id, passenger_id) = (@PromotionId, @PassengerId)
            returning promotion_id
        )
        update billing.promotions promotion
        set    held_minor_units = held_minor_units - most_minor_units
        from   held
        where  promotion.promotion_id = held.promotion_id
        """;

    const string MarkBeyondLimit = "update billing.promotion_uses set status = 'BeyondLimit' where quote_id = @QuoteId";

    const string UncountPassenger =
        "update billing.promotion_passengers set uses = uses - 1 where (promotion_id, passenger_id) = (@PromotionId, @PassengerId)";

    const string MarkReserved = "update billing.promotion_uses set status = 'Reserved', reserved_minor_units = @MostMinorUnits where quote_id = @QuoteId";

    const string MarkReleased = """
        update billing.promotion_uses set status = 'Released' where quote_id = @QuoteId and status in ('Reserved', 'Unfunded') and ride_id is null
        returning promotion_id, passenger_id, reserved_minor_units
        """;

    const string ReleaseBudget =
        "update billing.promotions set reserved_minor_units = reserved_minor_units - @ReservedMinorUnits where promotion_id = @PromotionId";

    const string MarkGivenBack = """
        with given as (
            select quote_id, status from billing.promotion_uses where ride_id = @RideId and status in ('Consumed', 'Unfunded') for update
        )
        update billing.promotion_uses use
        set    status = 'Released'
        from   given
        where  use.quote_id = given.quote_id
        returning use.promotion_id, use.passenger_id, case given.status when 'Consumed' then use.spent_minor_units else 0 end as spent_minor_units
        """;

    const string GiveBackBudget =
        "update billing.promotions set spent_minor_units = spent_minor_units - @SpentMinorUnits where promotion_id = @PromotionId";

    const string LockUse = "select status from billing.promotion_uses where quote_id = @QuoteId for update";

    const string Spend = """
        with spent as (
            update billing.promotion_uses
            set    spent_minor_units = @SpentMinorUnits, ride_id = @RideId, status = case status when 'Reserved' then 'Consumed' else status end
            where  quote_id = @QuoteId and ride_id is null
            returning promotion_id, status, reserved_minor_units
        )
        update billing.promotions promotion
        set    reserved_minor_units = promotion.reserved_minor_units - spent.reserved_minor_units, spent_minor_units = promotion.spent_minor_units + @SpentMinorUnits
        from   spent
        where  promotion.promotion_id = spent.promotion_id and spent.status = 'Consumed'
        """;

    /// <summary>
    /// Reserves what the quote promised, once: what was held for it, or the budget's when that was used by another request or has expired. Where nothing is
    /// left there, the quote binds us all the same, and what it promised is not the promotion's expense. A use beyond the passenger's own limit is theirs to know of: it gives nothing, and they are told at once.
    /// </summary>
    public static async Task Reserve(Quote quote, Guid rideRequestId, DateTimeOffset now, Transaction transaction, CancellationToken ct)
    {
        if (quote.Inputs?.Promotion is not { } terms) return;

        var use = new
        {
            quote.QuoteId,
            terms.PromotionId,
            quote.PassengerId,
            terms.MostMinorUnits,
            terms.FirstRideOnly,
            terms.UsesPerPassenger,
            ReservedAt = quote.QuotedAt,
        };
        await transaction.Execute(LockQuote, use, ct);
        if (await transaction.Execute(Begin, use, ct) == 0) return;

        await transaction.Execute(LockPassenger, use, ct);
        if (await transaction.Execute(CountPassenger, use, ct) == 0)
        {
            await transaction.Execute(MarkBeyondLimit, use, ct);
            transaction.Publish(NotApplied(quote, terms, rideRequestId, now));
        }
        else
        {
            await transaction.Execute(PromotionHolds.LockPromotion, use, ct);
            foreach (var source in SourcesFor(quote))
            {
                if (await transaction.Execute(source, use, ct) == 0) continue;

                await transaction.Execute(MarkReserved, use, ct);
                break;
            }
        }
    }

    /// <summary>For another way its ride has just given back what it had; a hold is another quote's.</summary>
    static IReadOnlyList<string> SourcesFor(Quote quote) => quote.Change is null ? [TakeOverHold, ReserveBudget] : [ReserveBudget, TakeOverHold];

    /// <summary>No ride will use the quote.</summary>
    public static async Task Release(Guid quoteId, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<Released>(MarkReleased, new { QuoteId = quoteId }, ct) is not { } released) return;

        await transaction.Execute(LockPassenger, released, ct);
        await transaction.Execute(UncountPassenger, released, ct);
        await transaction.Execute(ReleaseBudget, released, ct);
    }

    /// <summary>Before <see cref="Release"/> and before the release itself is written.</summary>
    public static Task Lock(Guid quoteId, Transaction transaction, CancellationToken ct) => transaction.Execute(LockQuote, new { QuoteId = quoteId }, ct);

    /// <summary>Whether the promotion pays for what its quote promised; locks that until the fare is written.</summary>
    public static async Task<bool> IsFunded(Guid quoteId, Transaction transaction, CancellationToken ct) =>
        await transaction.Find<string>(LockUse, new { QuoteId = quoteId }, ct) == "Reserved";

    /// <summary>With the fare, whatever it came to; what was reserved beyond is free again.</summary>
    public static void Consume(Guid quoteId, Guid rideId, long spentMinorUnits, Transaction transaction) =>
        transaction.Later(Spend, new { QuoteId = quoteId, RideId = rideId, SpentMinorUnits = spentMinorUnits });

    /// <summary>The fare that it lowered is void, and the ledger has the expense back. The use still says what the fare says.</summary>
    public static async Task GiveBack(Guid rideId, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<GivenBack>(MarkGivenBack, new { RideId = rideId }, ct) is not { } use) return;

        await transaction.Execute(LockPassenger, use, ct);
        await transaction.Execute(UncountPassenger, use, ct);
        await transaction.Execute(GiveBackBudget, use, ct);
    }

    sealed record GivenBack(Guid PromotionId, Guid PassengerId, long SpentMinorUnits);

    static PromotionNotApplied NotApplied(Quote quote, PromotionTerms terms, Guid rideRequestId, DateTimeOffset now) => new(
        quote.QuoteId, rideRequestId, quote.PassengerId, terms.PromotionId, terms.Name,
        quote.Fare with { MinorUnits = quote.Breakdown.Where(line => line.Code != Discount.Code).Sum(line => line.AmountMinorUnits) },
        terms.Code, quote.Change?.RideId)
    {
        OccurredAt = now,
        Version = 1,
    };

    sealed record Released(Guid PromotionId, Guid PassengerId, long ReservedMinorUnits);
}
