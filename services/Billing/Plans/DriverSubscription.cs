using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Plans;

/// <summary>A driver's plan, as far as it has been paid for.</summary>
internal sealed record DriverSubscription
{
    public const string Columns = """
        select subscription.subscription_id, subscription.driver_id, subscription.renews, subscription.periods, subscription.started_at, subscription.ends_at,
               subscription.cancelled_at, subscription.lapsed_at, subscription.lapse_code, plan.plan_id, plan.city_id, plan.currency, plan.vehicle_classes,
               plan.name, plan.price_minor_units, plan.days, plan.stopped_at
        from   billing.driver_subscriptions subscription
        join   billing.subscription_plans plan on plan.plan_id = subscription.plan_id

        """;

    public Guid SubscriptionId { get; init; }
    public Guid DriverId { get; init; }
    public bool Renews { get; init; }
    public int Periods { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset EndsAt { get; init; }
    public DateTimeOffset? CancelledAt { get; init; }
    public DateTimeOffset? LapsedAt { get; init; }
    public string? LapseCode { get; init; }
    public Guid PlanId { get; init; }
    public string CityId { get; init; } = "";
    public string Currency { get; init; } = "";
    public string[] VehicleClasses { get; init; } = [];
    public string Name { get; init; } = "";
    public long PriceMinorUnits { get; init; }
    public int Days { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    public SubscriptionPlan Plan => new()
    {
        PlanId = PlanId,
        CityId = CityId,
        Currency = Currency,
        VehicleClasses = VehicleClasses,
        Name = Name,
        PriceMinorUnits = PriceMinorUnits,
        Days = Days,
        StoppedAt = StoppedAt,
    };

    /// <summary>A first period from now on.</summary>
    public static SubscriptionPeriod First(Guid driverId, SubscriptionPlan plan, City city, DateTimeOffset now) =>
        new(Guid.CreateVersion7(), 1, driverId, plan, now, plan.EndOf(now, city.TimeZone));

    /// <summary>The period after the last; from now on where that is over already, because nobody pays for what could not be used.</summary>
    public SubscriptionPeriod Next(City city, DateTimeOffset now)
    {
        var startsAt = EndsAt > now ? EndsAt : now;
        return new(SubscriptionId, Periods + 1, DriverId, Plan, startsAt, Plan.EndOf(startsAt, city.TimeZone));
    }

    public SubscriptionView View(DateTimeOffset now) => new(
        SubscriptionId, Plan.View, EndsAt > now, Renews, Periods, StartedAt, EndsAt, CancelledAt, LapsedAt, LapseCode);
}

/// <summary>A part of a subscription that is paid for at once.</summary>
/// <param name="Number">From 1.</param>
/// <param name="EndsAt">City time; not in it any more.</param>
internal sealed record SubscriptionPeriod(Guid SubscriptionId, int Number, Guid DriverId, SubscriptionPlan Plan, DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    /// <summary>Off the driver's balance, which may go below zero by it.</summary>
    public LedgerTransfer Transfer(DateTimeOffset now) => new(
        $"subscription:{SubscriptionId}:{Number}", TransferKind.Subscription, null, Plan.Currency, now,
        [
            new(AccountKind.DriverPayable, DriverId, Plan.PriceMinorUnits),
            new(AccountKind.SubscriptionFees, Guid.Empty, -Plan.PriceMinorUnits),
        ], SubscriptionId: SubscriptionId);
}

/// <summary>A subscription as its driver sees it.</summary>
/// <param name="Runs">Rides that are matched now are without commission.</param>
/// <param name="Renews">It is paid for again shortly before it ends.</param>
/// <param name="Periods">How many have been paid for.</param>
/// <param name="EndsAt">Of what has been paid for.</param>
/// <param name="CancelledAt">When the driver said that it is not to be renewed.</param>
/// <param name="LapsedAt">When it was to be renewed and could not be.</param>
/// <param name="LapseCode">Why: balance-below-zero, plan-stopped.</param>
internal sealed record SubscriptionView(
    Guid SubscriptionId, SubscriptionPlanView Plan, bool Runs, bool Renews, int Periods, DateTimeOffset StartedAt, DateTimeOffset EndsAt,
    DateTimeOffset? CancelledAt, DateTimeOffset? LapsedAt, string? LapseCode);
