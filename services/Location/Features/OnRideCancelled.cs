using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// The driver is free again, and back at their place in a queue unless they gave the ride up. The cancellation may arrive before the match that it cancels.
/// </summary>
sealed class OnRideCancelled(DutyStore duties) : IEventHandler<RideCancelled>
{
    const string Cancel = """
        insert into location.rides (ride_id, driver_id, passenger_id, cancelled_at)
        values (@RideId, @DriverId, @PassengerId, @OccurredAt)
        on conflict (ride_id) do update set cancelled_at = excluded.cancelled_at
        """;

    public async Task Handle(RideCancelled happened, Transaction transaction, CancellationToken ct)
    {
        await DutyStore.Lock(transaction, happened.DriverId, ct);
        await transaction.Execute(Cancel, new { happened.RideId, happened.DriverId, happened.PassengerId, happened.OccurredAt }, ct);
        if (happened.By is Party.Driver) await transaction.Execute(DriverQueues.LeaveWhenQueuedBefore, new { happened.DriverId, happened.OccurredAt }, ct);
        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
