using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>Opens the bill of a ride: its quote, its city, how it will be paid. Usually first, but it may also come last.</summary>
internal sealed class OnRideCreated(RideBills bills) : IEventHandler<RideCreated>
{
    const string Hear = """
        with heard as (
            insert into billing.rides as ride (
                ride_id, passenger_id, driver_id, quote_id, city_id, vehicle_class, quoted_fare_minor_units, quoted_fare_currency,
                payment_method_id, payment_method_kind, pickup_metres, tip_minor_units, assigned_at, queued, matched_at, matched_quote_id)
            values (
                @RideId, @PassengerId, @DriverId, @QuoteId, @CityId, @VehicleClass, @MinorUnits, @Currency, @PaymentMethodId, @PaymentMethodKind,
                @PickupMetres, @TipMinorUnits, @AssignedAt, @Queued, @MatchedAt, @QuoteId)
            on conflict (ride_id) do update
            set quote_id = case when ride.quote_version = 0 then excluded.quote_id else ride.quote_id end,
                city_id = excluded.city_id, vehicle_class = excluded.vehicle_class,
                quoted_fare_minor_units = case when ride.quote_version = 0 then excluded.quoted_fare_minor_units else ride.quoted_fare_minor_units end,
                quoted_fare_currency = excluded.quoted_fare_currency,
                payment_method_id = excluded.payment_method_id, payment_method_kind = excluded.payment_method_kind,
                pickup_metres = excluded.pickup_metres, tip_minor_units = excluded.tip_minor_units,
                assigned_at = coalesce(ride.assigned_at, excluded.assigned_at), queued = excluded.queued, matched_at = excluded.matched_at,
                matched_quote_id = excluded.matched_quote_id
            returning ride.*
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideCreated happened, Transaction transaction, CancellationToken ct)
    {
        var bill = await transaction.Find<RideBill>(Hear, Row(happened), ct);
        await bills.Conclude(bill!, overdue: false, transaction, ct);
    }

    static object Row(RideCreated ride) => new
    {
        ride.RideId,
        ride.PassengerId,
        ride.DriverId,
        ride.QuoteId,
        ride.CityId,
        VehicleClass = ride.VehicleClass.ToString(),
        ride.QuotedFare.MinorUnits,
        ride.QuotedFare.Currency,
        ride.Payment.PaymentMethodId,
        PaymentMethodKind = ride.Payment.Kind.ToString(),
        TipMinorUnits = ride.Tip?.MinorUnits ?? 0,
        PickupMetres = ride.PickupDistanceMetres is { } metres ? Math.Max(0, metres) : (int?)null,
        AssignedAt = ride.AfterRideId is null ? ride.OccurredAt : (DateTimeOffset?)null,
        Queued = ride.AfterRideId is not null,
        MatchedAt = ride.OccurredAt,
    };
}
