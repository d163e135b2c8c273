using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Discounts;

/// <summary>A discount at our expense. Its terms never change.</summary>
/// <param name="Code">Null for one that applies by itself.</param>
/// <param name="BasisPoints">Null for an amount.</param>
internal sealed record Promotion(
    Guid PromotionId, string CityId, string Currency, string? Code, string Name, IReadOnlySet<VehicleClass>? VehicleClasses, int? BasisPoints,
    long MostMinorUnits, bool FirstRideOnly, int UsesPerPassenger, DateTimeOffset ValidFrom, DateTimeOffset ValidTo, long BudgetMinorUnits,
    long ReservedMinorUnits, long SpentMinorUnits, DateTimeOffset? StoppedAt)
{
    /// <summary>What a quote freezes of it.</summary>
    public PromotionTerms Terms => new(PromotionId, Name, MostMinorUnits, FirstRideOnly, UsesPerPassenger, BasisPoints, Code);

    /// <summary>False when another ride might overdraw it.</summary>
    public bool HasMoney => ReservedMinorUnits + SpentMinorUnits + MostMinorUnits <= BudgetMinorUnits;

    public bool HoldsAt(DateTimeOffset now) => StoppedAt is null && ValidFrom <= now && now < ValidTo;

    public bool Covers(VehicleClass vehicleClass) => VehicleClasses?.Contains(vehicleClass) != false;
}

/// <summary>
/// Promotions that are not over, in memory, so that a city without any quotes without asking the database. The money in them is as of the last poll:
/// the true limit is drawn when a ride is requested.
/// </summary>
internal sealed class Promotions(Database database, CityClock clock)
{
    /// <summary>The passenger has had a ride, where a void fare is none, or a first-ride promotion has been counted for one that is to come.</summary>
    public const string HasRidden = """
        (exists (select from billing.fares fare
                 join   billing.fare_settlements paid on paid.ride_id = fare.ride_id
                 where  fare.passenger_id = @PassengerId and fare.kind = 'Ride' and paid.settlement <> 'Void')
            or exists (
                select from billing.promotion_passengers used
                join   billing.promotions other on other.promotion_id = used.promotion_id
                where  used.passenger_id = @PassengerId and used.uses > 0 and other.first_ride_only))
        """;

    /// <summary>Of these the ones that the passenger may still use.</summary>
    const string Usable = $"""
        select promotion.promotion_id
        from   billing.promotions promotion
        left   join billing.promotion_passengers used on (used.promotion_id, used.passenger_id) = (promotion.promotion_id, @PassengerId)
        where  promotion.promotion_id = any(@Ids) and coalesce(used.uses, 0) < promotion.uses_per_passenger
          and  not (promotion.first_ride_only and {HasRidden})
        """;

    volatile IReadOnlyList<Promotion> running = [];

    /// <summary>What this passenger's quotes may be lowered by: by the code they gave, if any, and by what applies by itself.</summary>
    public async Task<PromotionsForQuote> For(string cityId, string? code, Guid passengerId, DateTimeOffset now, CancellationToken ct)
    {
        var candidates = running.Where(promotion =>
            promotion.CityId == cityId && promotion.HoldsAt(now) && (promotion.Code is null || promotion.Code == code)).ToList();
        if (code is not null && candidates.Find(promotion => promotion.Code == code) is var coded && (coded is null || !coded.HasMoney))
        {
            return new([], coded is null ? BillingProblems.PromotionUnknown : BillingProblems.PromotionExhausted);
        }

        candidates.RemoveAll(promotion => !promotion.HasMoney);
        if (candidates.Count == 0) return PromotionsForQuote.None;

        var ids = candidates.Select(promotion => promotion.PromotionId).ToArray();
        var usable = (await database.List<Guid>(Usable, new { Ids = ids, PassengerId = passengerId }, ct)).ToHashSet();
        return candidates.Exists(promotion => promotion.Code is not null && !usable.Contains(promotion.PromotionId))
            ? new([], BillingProblems.PromotionUsedUp)
            : new([.. candidates.Where(promotion => usable.Contains(promotion.PromotionId))], Problem: null);
    }

    /// <summary>Loads what is not over.</summary>
    public async Task Refresh(CancellationToken ct) =>
        running = [.. (await database.List<PromotionRow>(PromotionRow.Running, new { Now = clock.GetUtcNow() }, ct)).Select(row => row.ToPromotion())];
}

/// <summary>What a quote may use, or why the code that was given cannot be.</summary>
internal sealed record PromotionsForQuote(IReadOnlyList<Promotion> Usable, Problem? Problem)
{
    public static PromotionsForQuote None { get; } = new([], Problem: null);

    /// <summary>The one that lowers this price most: promotions are never added up. A tie goes to the code.</summary>
    public PromotionTerms? Best(FarePolicy policy, Price price) => Usable
        .Where(promotion => promotion.Covers(policy.VehicleClass))
        .OrderByDescending(promotion => Discount.Of(promotion.Terms, price.MinorUnits, policy.RoundingMinorUnits))
        .ThenBy(promotion => promotion.Code is null).ThenBy(promotion => promotion.PromotionId)
        .FirstOrDefault()?.Terms;
}

/// <summary>A row of billing.promotions.</summary>
internal sealed class PromotionRow
{
    public const string Columns = """
        select promotion_id, city_id, currency, code, name, vehicle_classes, basis_points, most_minor_units, first_ride_only, uses_per_passenger,
               valid_from, valid_to, budget_minor_units, reserved_minor_units, spent_minor_units, stopped_at
        from   billing.promotions

        """;

    public const string Running = Columns + "where stopped_at is null and valid_to > @Now";

    public Guid PromotionId { get; init; }
    public string CityId { get; init; } = "";
    public string Currency { get; init; } = "";
    public string? Code { get; init; }
    public string Name { get; init; } = "";
    public string[]? VehicleClasses { get; init; }
    public int? BasisPoints { get; init; }
    public long MostMinorUnits { get; init; }
    public bool FirstRideOnly { get; init; }
    public int UsesPerPassenger { get; init; }
    public DateTimeOffset ValidFrom { get; init; }
    public DateTimeOffset ValidTo { get; init; }
    public long BudgetMinorUnits { get; init; }
    public long ReservedMinorUnits { get; init; }
    public long SpentMinorUnits { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    public Promotion ToPromotion() => new(
        PromotionId, CityId, Currency, Code, Name, VehicleClasses?.Select(Enum.Parse<VehicleClass>).ToHashSet(), BasisPoints, MostMinorUnits, FirstRideOnly,
        UsesPerPassenger, ValidFrom, ValidTo, BudgetMinorUnits, ReservedMinorUnits, SpentMinorUnits, StoppedAt);
}

/// <summary>Keeps the promotions in memory close to those in the schema.</summary>
internal sealed class RefreshPromotions(Promotions promotions, IOptions<BillingOptions> options) : ISweep
{
    public TimeSpan Every => options.Value.PolicyRefresh;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await promotions.Refresh(ct);
        return false;
    }
}
