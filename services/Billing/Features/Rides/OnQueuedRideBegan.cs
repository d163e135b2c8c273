using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Billing.Features.Rides;

/// <summary>The driver of a queued ride has set out: the grace period of a cancellation runs from here. May come before the ride's creation is heard of.</summary>
internal sealed class OnQueuedRideBegan : IEventHandler<QueuedRideBegan>
{
    const string Hear = """
        insert into billing.rides as ride (ride_id, passenger_id, driver_id, assigned_at) values (@RideId, @PassengerId, @DriverId, @OccurredAt)
        on conflict (ride_id) do update set assigned_at = coalesce(ride.assigned_at, excluded.assigned_at)
        """;

    public Task Handle(QueuedRideBegan happened, Transaction transaction, CancellationToken ct)
    {
        transaction.Later(Hear, new { happened.RideId, happened.PassengerId, happened.DriverId, happened.OccurredAt });
        return Task.CompletedTask;
    }
}
