using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>
/// The ride will not happen: both sides are free. When it was the driver's doing the passenger is back in the search, under the same
/// quote and with the age of the first request, which puts it ahead; that driver is not asked again.
/// </summary>
sealed class OnRideCancelled(MatchingRules matching, CityClock clock, Dispatcher dispatcher) : IEventHandler<RideCancelled>
{
    // The guard is lifted in the same transaction, so there is no moment in which the passenger could begin another request.
    const string Reopen = """
        update match.ride_requests
        set    status = 'Searching', offer_id = null, driver_id = null, ride_id = null, ended_at = null, search_ends_at = greatest(@SearchEndsAt, pickup_at + @PickupPatience),
               updated_at = @Now, version = version + 1
        where  ride_request_id = @RideRequestId;

        update match.offers set driver_cancelled = true where ride_id = @RideId;
        """;

    public async Task Handle(RideCancelled happened, Transaction transaction, CancellationToken ct)
    {
        var request = await transaction.LockByRide(happened.RideId, ct);
        transaction.Free(happened.RideId, happened.OccurredAt);
        if (request is null || !request.ReopensAfter(happened))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var rules = matching.Of(request.CityId);
        await transaction.Execute(
            Reopen, new { request.RideRequestId, happened.RideId, SearchEndsAt = now + rules.SearchTime, rules.PickupPatience, Now = now }, ct);
        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
    }
}
