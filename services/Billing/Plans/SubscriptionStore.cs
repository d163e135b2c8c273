using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Plans;

/// <summary>The SQL that the features of subscriptions and the pricing of rides share.</summary>
internal static class SubscriptionStore
{
    /// <summary>
    /// The subscription that covers the ride of the row heard, with its quote: by the instant of its match or, when it was cancelled, the one from which its
    /// grace period ran. Both come with the events that a fare cannot be without, so that the order in which they are heard makes no difference.
    /// </summary>
    public const string CoversHeard = """
        (select coverage.subscription_id
         from   billing.subscription_coverage coverage
         where  coverage.driver_id = heard.driver_id and coverage.city_id = coalesce(heard.city_id, quote.city_id)
           and  coverage.vehicle_class = coalesce(heard.vehicle_class, quote.vehicle_class)
           and  coverage.starts_at <= case when heard.cancelled_at is null then heard.matched_at else heard.assigned_at end
           and  coverage.ends_at > case when heard.cancelled_at is null then heard.matched_at else heard.assigned_at end)
        """;

    const string InsertPeriod = """
        with period as (
            insert into billing.subscription_periods (subscription_id, period, price_minor_units, currency, starts_at, ends_at)
            values (@SubscriptionId, @Number, @PriceMinorUnits, @Currency, @StartsAt, @EndsAt)
            on conflict do nothing
            returning subscription_id, period, starts_at, ends_at
        )
        insert into billing.subscription_coverage (subscription_id, period, driver_id, city_id, vehicle_class, starts_at, ends_at)
        select   period.subscription_id, period.period, @DriverId, @CityId, vehicle_class, period.starts_at, period.ends_at
        from     period, unnest(@VehicleClasses) as vehicle_class
        order by vehicle_class
        on conflict do nothing
        """;

    /// <summary>Writes the period down and takes its price; false when something of it is covered or paid for already, and then nothing of it may stay.</summary>
    public static async Task<bool> Pay(this Transaction tx, SubscriptionPeriod period, DateTimeOffset now, CancellationToken ct)
    {
        var row = new
        {
            period.SubscriptionId,
            period.Number,
            period.DriverId,
            period.Plan.CityId,
            period.Plan.VehicleClasses,
            period.Plan.PriceMinorUnits,
            period.Plan.Currency,
            period.StartsAt,
            period.EndsAt,
        };
        if (await tx.Execute(InsertPeriod, row, ct) < period.Plan.VehicleClasses.Length)
        {
            return false;
        }

        Ledger.Write(period.Transfer(now), tx);
        return true;
    }
}
