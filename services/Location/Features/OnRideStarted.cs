using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// The track begins, at the place where the ride was started: the way to the pickup is not part of it. A track of the same driver
/// that still waits for points gets none any more.
/// </summary>
sealed class OnRideStarted(DutyStore duties, CloseTrack close) : IEventHandler<RideStarted>
{
    const string Start = """
        insert into location.rides (ride_id, driver_id, passenger_id, started_at, start, anchor, anchor_at, last, last_at)
        select @RideId, @DriverId, @PassengerId, @OccurredAt, place, place, @OccurredAt, place, @OccurredAt
        from   platform.point(@Latitude, @Longitude) as place
        on conflict (ride_id) do update
        set    started_at = excluded.started_at, start = excluded.start,
               anchor  = coalesce(location.rides.anchor, excluded.anchor), anchor_at = coalesce(location.rides.anchor_at, excluded.anchor_at),
               last    = coalesce(location.rides.last, excluded.last),     last_at   = coalesce(location.rides.last_at, excluded.last_at)
        """;

    const string Waiting = """
        select ride_id from location.rides
        where  driver_id = @DriverId and ride_id <> @RideId and started_at is not null and completed_at is not null and closed_at is null and cancelled_at is null
        """;

    public async Task Handle(RideStarted happened, Transaction transaction, CancellationToken ct)
    {
        await DutyStore.Lock(transaction, happened.DriverId, ct);
        foreach (var rideId in await transaction.List<Guid>(Waiting, new { happened.DriverId, happened.RideId }, ct))
        {
            await close.Within(transaction, rideId, happened.OccurredAt, ct);
        }

        var (latitude, longitude) = happened.Position;
        await transaction.Execute(
            Start, new { happened.RideId, happened.DriverId, happened.PassengerId, happened.OccurredAt, Latitude = latitude, Longitude = longitude }, ct);
        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
