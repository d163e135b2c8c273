using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Plans;

/// <summary>What drivers may pay instead of commission. Terms never change: a plan is stopped, and another written.</summary>
internal sealed record SubscriptionPlan
{
    public const string Columns = """
        select plan_id, city_id, currency, vehicle_classes, name, price_minor_units, days, stopped_at
        from   billing.subscription_plans

        """;

    public Guid PlanId { get; init; }
    public string CityId { get; init; } = "";
    public string Currency { get; init; } = "";
    public string[] VehicleClasses { get; init; } = [];
    public string Name { get; init; } = "";
    public long PriceMinorUnits { get; init; }
    public int Days { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    public Money Price => new(PriceMinorUnits, Currency);

    public SubscriptionPlanView View => new(PlanId, CityId, [.. VehicleClasses.Select(Enum.Parse<VehicleClass>)], Name, Price, Days, StoppedAt);

    /// <summary>So many days later by the city's calendar, at the same wall clock; where clocks are put forward over it, as much later as they are.</summary>
    public DateTimeOffset EndOf(DateTimeOffset startsAt, TimeZoneInfo timeZone)
    {
        var wallClock = TimeZoneInfo.ConvertTime(startsAt, timeZone).DateTime.AddDays(Days);
        return new DateTimeOffset(wallClock, timeZone.GetUtcOffset(wallClock)).ToUniversalTime();
    }
}

/// <summary>A plan as drivers and operators see it.</summary>
/// <param name="VehicleClasses">In which a driver who pays it drives without commission.</param>
/// <param name="Price">Of a period, off the driver's balance.</param>
/// <param name="Days">A period ends so many days later, at the same wall clock of the city.</param>
/// <param name="StoppedAt">Nobody begins it any more, and nobody's is renewed; absent while it is offered.</param>
internal sealed record SubscriptionPlanView(
    Guid PlanId, string CityId, IReadOnlyList<VehicleClass> VehicleClasses, string Name, Money Price, int Days, DateTimeOffset? StoppedAt);
