using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>What was really driven. The first track counts; one that comes after the fare is kept for the record and changes nothing.</summary>
internal sealed class OnRideTrackClosed(RideBills bills) : IEventHandler<RideTrackClosed>
{
    const string Hear = """
        with heard as (
            insert into billing.rides as ride (
                ride_id, passenger_id, driver_id, track_distance_metres, track_duration_seconds, track_slow_seconds, track_slow_distance_metres,
                track_accepted_points, track_polyline)
            values (
                @RideId, @PassengerId, @DriverId, @DistanceMetres, @DurationSeconds, @SlowSeconds, @SlowDistanceMetres, @AcceptedPoints, @Polyline)
            on conflict (ride_id) do update
            set track_distance_metres = excluded.track_distance_metres, track_duration_seconds = excluded.track_duration_seconds,
                track_slow_seconds = excluded.track_slow_seconds, track_slow_distance_metres = excluded.track_slow_distance_metres,
                track_accepted_points = excluded.track_accepted_points, track_polyline = excluded.track_polyline
            where ride.track_accepted_points is null
            returning ride.*
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideTrackClosed happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<RideBill>(Hear, happened, ct) is { } bill)
        {
            await bills.Conclude(bill, overdue: false, transaction, ct);
        }
    }
}
