using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// The track begins, at the place where the ride was started: the way to the pickup is not part of it. A track of the same driver
/// that still waits for points gets none any more.
/// </summary>
sealed class OnRideStarted(DutyStore duties, CloseTrack close, CityClock clock, IOptions<LocationOptions> options) : IEventHandler<RideStarted>
{
    const string Start = """
        insert into location.rides (ride_id, driver_id, passenger_id, started_at, start, anchor, anchor_at, last, last_at)
        select @RideId, @DriverId, @PassengerId, @OccurredAt, place, place, @OccurredAt, place, @OccurredAt
        from   platform.point(@Latitude, @Longitude) as place
        on conflict (ride_id) do update
        set    started_at = excluded.started_at, start = excluded.start,
               anchor  = coalesce(location.rides.anchor, excluded.anchor), anchor_at = coalesce(location.rides.anchor_at, excluded.anchor_at),
               last    = coalesce(location.rides.last, excluded.last),     last_at   = coalesce(location.rides.last_at, excluded.last_at)
        returning coalesce(last_at >= completed_at - @TrackGap, false)
        """;

    const string Waiting = DutyStore.LockDutyThen + DriverQueues.LeaveWhenQueuedBefore + """
        select ride_id from location.rides
        where  driver_id = @DriverId and ride_id <> @RideId and started_at is not null and completed_at is not null and closed_at is null and cancelled_at is null
        """;

    public async Task Handle(RideStarted happened, Transaction transaction, CancellationToken ct)
    {
        foreach (var rideId in await transaction.List<Guid>(Waiting, new { happened.DriverId, happened.RideId, happened.OccurredAt }, ct))
        {
            await close.Within(transaction, rideId, happened.OccurredAt, ct);
        }

        var (latitude, longitude) = happened.Position;
        var row = new
        {
            happened.RideId,
            happened.DriverId,
            happened.PassengerId,
            happened.OccurredAt,
            Latitude = latitude,
            Longitude = longitude,
            options.Value.TrackGap,
        };
        var overAlready = await transaction.Find<bool>(Start, row, ct);
        if (overAlready) await close.Within(transaction, happened.RideId, clock.GetUtcNow(), ct);
        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
