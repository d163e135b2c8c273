using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// The ride has ended. Its fare waits for the track, which location sends in answer; if none comes until the deadline,
/// <see cref="FinaliseOverdueRides"/> makes the quote the fare.
/// </summary>
internal sealed class OnRideCompleted(RideBills bills, IOptions<BillingOptions> options) : IEventHandler<RideCompleted>
{
    const string Hear = """
        with heard as (
            insert into billing.rides as ride (
                ride_id, passenger_id, driver_id, started_at, completed_at, fare_factor_basis_points, drop_off, waited_seconds, stops, waited_at_stops,
                quote_id, quoted_fare_minor_units, quoted_fare_currency, quote_version, due_at)
            values (
                @RideId, @PassengerId, @DriverId, @StartedAt, @CompletedAt, @FareFactorBasisPoints, platform.point(@Latitude, @Longitude), @WaitedSeconds,
                @Stops, @WaitedAtStops, @QuoteId, @QuotedFare, @Currency, @QuoteVersion, now() + @TrackDeadline)
            on conflict (ride_id) do update
            set started_at = excluded.started_at, completed_at = excluded.completed_at, fare_factor_basis_points = excluded.fare_factor_basis_points,
                drop_off = excluded.drop_off, waited_seconds = excluded.waited_seconds, stops = excluded.stops,
                waited_at_stops = excluded.waited_at_stops, quote_id = coalesce(excluded.quote_id, ride.quote_id),
                quoted_fare_minor_units = coalesce(excluded.quoted_fare_minor_units, ride.quoted_fare_minor_units),
                quoted_fare_currency = coalesce(excluded.quoted_fare_currency, ride.quoted_fare_currency),
                quote_version = greatest(excluded.quote_version, ride.quote_version),
                due_at = case when ride.status = 'Open' then excluded.due_at end
            where ride.completed_at is null
            returning ride.*
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideCompleted happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<RideBill>(Hear, Row(happened), ct) is { } bill)
        {
            await bills.Conclude(bill, overdue: false, transaction, ct);
        }
    }

    object Row(RideCompleted ride) => new
    {
        ride.RideId,
        ride.PassengerId,
        ride.DriverId,
        ride.StartedAt,
        ride.CompletedAt,
        FareFactorBasisPoints = Math.Clamp(ride.FareFactorBasisPoints, 0, Fares.Rounding.AllBasisPoints),
        ride.DropOff.Latitude,
        ride.DropOff.Longitude,
        WaitedSeconds = Known(ride.WaitedSeconds),
        Stops = Known(ride.Stops),
        WaitedAtStops = ride.WaitedAtStops?.ToArray(),
        ride.QuoteId,
        QuotedFare = ride.QuotedFare?.MinorUnits,
        ride.QuotedFare?.Currency,
        QuoteVersion = ride.QuoteId is null ? 0 : ride.Version,
        options.Value.TrackDeadline,
    };

    /// <summary>Older copies of ride do not say it.</summary>
    static int? Known(int? said) => said is { } number ? Math.Max(0, number) : null;
}
