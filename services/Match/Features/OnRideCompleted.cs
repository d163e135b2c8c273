using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>The ride is over: both sides are free. Keyed by the ride, so an old or repeated event frees nobody from a newer ride.</summary>
sealed class OnRideCompleted : IEventHandler<RideCompleted>
{
    public Task Handle(RideCompleted happened, Transaction transaction, CancellationToken ct)
    {
        transaction.Free(happened.RideId, happened.OccurredAt);
        return Task.CompletedTask;
    }
}
