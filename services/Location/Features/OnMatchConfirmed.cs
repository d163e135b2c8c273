using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>The driver is busy from here on. A ride that is known to have ended already stays ended, so late news makes nobody busy.</summary>
sealed class OnMatchConfirmed(DutyStore duties) : IEventHandler<MatchConfirmed>
{
    const string Match = DutyStore.LockDutyThen + """
        insert into location.rides as ride (ride_id, driver_id, passenger_id, matched_at, planned_drop_off, planned_stops)
        values (@RideId, @DriverId, @PassengerId, @OccurredAt, platform.point(@Latitude, @Longitude), @Stops::jsonb)
        on conflict (ride_id) do update
        set matched_at = excluded.matched_at,
            planned_drop_off = case when ride.way_version = 0 then excluded.planned_drop_off else ride.planned_drop_off end,
            planned_stops    = case when ride.way_version = 0 then excluded.planned_stops else ride.planned_stops end
        """;

    public async Task Handle(MatchConfirmed happened, Transaction transaction, CancellationToken ct)
    {
        var (latitude, longitude) = happened.DropOff;
        var row = new
        {
            happened.RideId,
            happened.DriverId,
            happened.PassengerId,
            happened.OccurredAt,
            Latitude = latitude,
            Longitude = longitude,
            Stops = StopsColumn.Write(happened.Stops),
        };
        await transaction.Execute(Match, row, ct);
        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
