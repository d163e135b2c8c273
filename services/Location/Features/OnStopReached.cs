using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>One place on the way fewer to drive to.</summary>
sealed class OnStopReached : IEventHandler<StopReached>
{
    public Task Handle(StopReached happened, Transaction transaction, CancellationToken ct) => PlannedWay.Remember(
        transaction, (happened.RideId, happened.DriverId, happened.PassengerId), happened.DropOff, happened.StopsAhead, happened.Version, ct);
}
