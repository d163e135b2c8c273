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
    long ReservedMinorUnits, long HeldMinorUnits, long SpentMinorUnits, DateTimeOffset? StoppedAt)
{
    /// <summary>What a quote freezes of it.</summary>
    public PromotionTerms Terms => new(PromotionId, Name, MostMinorUnits, FirstRideOnly, UsesPerPassenger, BasisPoints, Code);

    /// <summary>False when another ride might overdraw it, and nothing is held for a passenger who comes again.</summary>
    public bool MayGive => HeldMinorUnits > 0 || ReservedMinorUnits + SpentMinorUnits + MostMinorUnits <= BudgetMinorUnits;

    public bool HoldsAt(DateTimeOffset now) => StoppedAt is null && ValidFrom <= now && now < ValidTo;

    public bool Covers(VehicleClass vehicleClass) => VehicleClasses?.Contains(vehicleClass) != false;
}

/// <summary>
/// Promotions that are not over, in memory, so that a city without any quotes without asking the database. The money in them is as of the last poll:
/// the true limit is drawn when a quote's promotion is held.
/// </summary>
internal sealed class Promotions(Database database, CityClock clock, PromotionHolds holds)
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

    /// <summary>Of these the ones that the passenger may still use, whether there is money for that, and whether it is held for them for long enough.</summary>
    const string Usable = $"""
        select promotion.promotion_id,
               hold.passenger_id is not null
            or promotion.reserved_minor_units + promotion.spent_minor_units + promotion.most_minor_units <= promotion.budget_minor_units as has_money,
               coalesce(hold.expires_at >= now() + make_interval(secs => @NeededSeconds), false) as is_held
        from   billing.promotions promotion
        left   join billing.promotion_passengers used on (used.promotion_id, used.passenger_id) = (promotion.promotion_id, @PassengerId)
        left   join billing.promotion_holds hold on (hold.promotion_id, hold.passenger_id) = (promotion.promotion_id, @PassengerId)
        where  promotion.promotion_id = any(@Ids) and coalesce(used.uses, 0) < promotion.uses_per_passenger
          and  not (promotion.first_ride_only and {HasRidden})
        """;

    volatile IReadOnlyList<Promotion> running = [];

    /// <summary>What this passenger's quotes may be lowered by: by the code they gave, if any, and by what applies by itself.</summary>
    public async Task<PromotionsForQuote> For(string cityId, string? code, Guid passengerId, DateTimeOffset now, CancellationToken ct)
    {
        var candidates = running.Where(promotion =>
            promotion.CityId == cityId && promotion.HoldsAt(now) && (promotion.Code is null || promotion.Code == code)).ToList();
        if (code is not null && candidates.Find(promotion => promotion.Code == code) is var coded && coded is not { MayGive: true })
        {
            return PromotionsForQuote.Refused(coded is null ? BillingProblems.PromotionUnknown : BillingProblems.PromotionExhausted);
        }

        candidates.RemoveAll(promotion => !promotion.MayGive);
        if (candidates.Count == 0) return PromotionsForQuote.None;

        var asked = new { Ids = candidates.Select(promotion => promotion.PromotionId).ToArray(), PassengerId = passengerId, NeededSeconds = holds.Needed.TotalSeconds };
        return Choose(candidates, await database.List<Standing>(Usable, asked, ct));
    }

    static PromotionsForQuote Choose(List<Promotion> candidates, IReadOnlyList<Standing> usable)
    {
        var standing = usable.ToDictionary(each => each.PromotionId);
        if (candidates.Find(promotion => promotion.Code is not null) is { } coded)
        {
            if (!standing.TryGetValue(coded.PromotionId, out var its)) return PromotionsForQuote.Refused(BillingProblems.PromotionUsedUp);
            if (!its.HasMoney) return PromotionsForQuote.Refused(BillingProblems.PromotionExhausted);
        }

        return new(
            [.. candidates.Where(promotion => standing.TryGetValue(promotion.PromotionId, out var its) && its.HasMoney)],
            [.. usable.Where(each => each.IsHeld).Select(each => each.PromotionId)],
            Problem: null);
    }

    /// <summary>Loads what is not over.</summary>
    public async Task Refresh(CancellationToken ct) =>
        running = [.. (await database.List<PromotionRow>(PromotionRow.Running, new { Now = clock.GetUtcNow() }, ct)).Select(row => row.ToPromotion())];

    sealed record Standing(Guid PromotionId, bool HasMoney, bool IsHeld);
}

/// <summary>What a trip costs without any promotion.</summary>
internal sealed record PricedTrip(FarePolicy Policy, FareInputs Inputs, Price Full);

/// <summary>What a quote may use, or why the code that was given cannot be.</summary>
/// <param name="Held">Those of them that are held for the passenger until the quote has expired.</param>
internal sealed record PromotionsForQuote(IReadOnlyList<Promotion> Usable, IReadOnlyList<Guid> Held, Problem? Problem)
{
    public static PromotionsForQuote None { get; } = new([], [], Problem: null);

    public static PromotionsForQuote Refused(Problem problem) => new([], [], problem);

    /// <summary>The one that lowers this price most: promotions are never added up. A tie goes to the code.</summary>
    public Promotion? Best(PricedTrip trip) => Usable
        .Where(promotion => promotion.Covers(trip.Policy.VehicleClass))
        .OrderByDescending(promotion => Discount.Of(promotion.Terms, trip.Full.MinorUnits, trip.Policy.RoundingMinorUnits))
        .ThenBy(promotion => promotion.Code is null).ThenBy(promotion => promotion.PromotionId)
        .FirstOrDefault();

    /// <summary>What one of these trips would be lowered by without its being held.</summary>
    public Promotion? NextToHold(IReadOnlyList<PricedTrip> trips) => Usable.Count == 0
        ? null
        : trips.Select(Best).FirstOrDefault(best => best is not null && !Held.Contains(best.PromotionId));

    public PromotionsForQuote Holding(Promotion promotion) => this with { Held = [.. Held, promotion.PromotionId] };

    public PromotionsForQuote Without(Promotion promotion) => this with { Usable = [.. Usable.Where(each => each != promotion)] };
}

/// <summary>A row of billing.promotions.</summary>
internal sealed class PromotionRow
{
    public const string Columns = """
        select promotion_id, city_id, currency, code, name, vehicle_classes, basis_points, most_minor_units, first_ride_only, uses_per_passenger,
               valid_from, valid_to, budget_minor_units, reserved_minor_units, held_minor_units, spent_minor_units, stopped_at
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
    public long HeldMinorUnits { get; init; }
    public long SpentMinorUnits { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    public Promotion ToPromotion() => new(
        PromotionId, CityId, Currency, Code, Name, VehicleClasses?.Select(Enum.Parse<VehicleClass>).ToHashSet(), BasisPoints, MostMinorUnits, FirstRideOnly,
        UsesPerPassenger, ValidFrom, ValidTo, BudgetMinorUnits, ReservedMinorUnits, HeldMinorUnits, SpentMinorUnits, StoppedAt);
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
