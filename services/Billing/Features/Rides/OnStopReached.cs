using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>Counts the places on the way that lie behind: another way is priced with them.</summary>
internal sealed class OnStopReached : IEventHandler<StopReached>
{
    const string Count = """
        insert into billing.rides as ride (ride_id, passenger_id, driver_id, stops_reached) values (@RideId, @PassengerId, @DriverId, @Number)
        on conflict (ride_id) do update set stops_reached = greatest(ride.stops_reached, excluded.stops_reached)
        """;

    public Task Handle(StopReached happened, Transaction transaction, CancellationToken ct) =>
        transaction.Execute(Count, new { happened.RideId, happened.PassengerId, happened.DriverId, Number = (short)happened.Number }, ct);
}
