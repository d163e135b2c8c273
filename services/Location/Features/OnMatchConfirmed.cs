using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>The driver is busy from here on. A ride that is known to have ended already stays ended, so late news makes nobody busy.</summary>
sealed class OnMatchConfirmed(DutyStore duties) : IEventHandler<MatchConfirmed>
{
    const string Match = DutyStore.LockDutyThen + """
        insert into location.rides (ride_id, driver_id, passenger_id, matched_at, planned_drop_off)
        values (@RideId, @DriverId, @PassengerId, @OccurredAt, platform.point(@Latitude, @Longitude))
        on conflict (ride_id) do update set matched_at = excluded.matched_at, planned_drop_off = excluded.planned_drop_off
        """;

    public async Task Handle(MatchConfirmed happened, Transaction transaction, CancellationToken ct)
    {
        var (latitude, longitude) = happened.DropOff;
        var row = new { happened.RideId, happened.DriverId, happened.PassengerId, happened.OccurredAt, Latitude = latitude, Longitude = longitude };
        await transaction.Execute(Match, row, ct);
        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
