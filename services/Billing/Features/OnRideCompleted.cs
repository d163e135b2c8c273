using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>
/// The ride has ended. Its fare waits for the track, which location sends in answer; if none comes until the deadline,
/// <see cref="FinaliseOverdueRides"/> makes the quote the fare.
/// </summary>
internal sealed class OnRideCompleted(RideBills bills, IOptions<BillingOptions> options) : IEventHandler<RideCompleted>
{
    const string Hear = """
        with heard as (
            insert into billing.rides as ride (ride_id, passenger_id, driver_id, started_at, completed_at, fare_factor_basis_points, drop_off, waited_seconds, stops, due_at)
            values (
                @RideId, @PassengerId, @DriverId, @StartedAt, @CompletedAt, @FareFactorBasisPoints, platform.point(@Latitude, @Longitude), @WaitedSeconds,
                @Stops, now() + @TrackDeadline)
            on conflict (ride_id) do update
            set started_at = excluded.started_at, completed_at = excluded.completed_at, fare_factor_basis_points = excluded.fare_factor_basis_points,
                drop_off = excluded.drop_off, waited_seconds = excluded.waited_seconds, stops = excluded.stops,
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
        options.Value.TrackDeadline,
    };

    /// <summary>Older copies of ride do not say it.</summary>
    static int? Known(int? said) => said is { } number ? Math.Max(0, number) : null;
}
