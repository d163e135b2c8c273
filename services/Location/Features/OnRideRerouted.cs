using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>The ride goes elsewhere, or by other places: what remains of it is reckoned anew with the next position.</summary>
sealed class OnRideRerouted : IEventHandler<RideRerouted>
{
    public Task Handle(RideRerouted happened, Transaction transaction, CancellationToken ct) => PlannedWay.Remember(
        transaction, (happened.RideId, happened.DriverId, happened.PassengerId), happened.DropOff, happened.StopsAhead, happened.Version, ct);
}
