using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// The driver waits at the pickup: what a cancellation is shown to cost goes by it. What it does cost goes by the cancellation itself, so it does not matter
/// which is heard first.
/// </summary>
internal sealed class OnDriverArrived : IEventHandler<DriverArrived>
{
    const string Hear = """
        insert into billing.rides as ride (ride_id, passenger_id, driver_id, arrived_at) values (@RideId, @PassengerId, @DriverId, @OccurredAt)
        on conflict (ride_id) do update set arrived_at = excluded.arrived_at
        """;

    public Task Handle(DriverArrived happened, Transaction transaction, CancellationToken ct)
    {
        transaction.Later(Hear, new { happened.RideId, happened.PassengerId, happened.DriverId, happened.OccurredAt });
        return Task.CompletedTask;
    }
}
