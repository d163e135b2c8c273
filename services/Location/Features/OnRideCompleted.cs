using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// The driver is free, there, and the track ends: at once when hardly a position can be missing, otherwise after a grace for points in flight.
/// </summary>
sealed class OnRideCompleted(DutyStore duties, CloseTrack close, CityClock clock, IOptions<LocationOptions> options) : IEventHandler<RideCompleted>
{
    const string Complete = DutyStore.LockDutyThen + """
        insert into location.rides (ride_id, driver_id, passenger_id, started_at, completed_at, drop_off, due_at)
        values (@RideId, @DriverId, @PassengerId, @StartedAt, @CompletedAt, platform.point(@Latitude, @Longitude), @DueAt)
        on conflict (ride_id) do update
        set    started_at = coalesce(location.rides.started_at, excluded.started_at), completed_at = excluded.completed_at,
               drop_off = excluded.drop_off, due_at = excluded.due_at
        returning coalesce(last_at >= completed_at - @TrackGap, false)
        """;

    public async Task Handle(RideCompleted happened, Transaction transaction, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var nothingInFlight = await transaction.Find<bool>(
            Complete,
            new
            {
                happened.RideId,
                happened.DriverId,
                happened.PassengerId,
                happened.StartedAt,
                happened.CompletedAt,
                happened.DropOff.Latitude,
                happened.DropOff.Longitude,
                DueAt = now + options.Value.TrackGrace,
                options.Value.TrackGap,
            },
            ct);
        if (nothingInFlight) await close.Within(transaction, happened.RideId, now, ct);
        await duties.Announce(transaction, happened.DriverId, ct, new Fix(happened.DropOff, happened.CompletedAt));
    }
}
