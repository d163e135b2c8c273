using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>
/// The ride will not happen: both sides are free. When it was the driver's doing the passenger is back in the search, under the quote and for the way that
/// the ride last had, at the head of the queue; that driver is not asked again. Giving up a ride that the passenger
/// turned into another one does not speak against a driver.
/// </summary>
sealed class OnRideCancelled(MatchingRules matching, CityClock clock, Dispatcher dispatcher) : IEventHandler<RideCancelled>
{
    // The guard is lifted in the same transaction, so there is no moment in which the passenger could begin another request.
    const string Reopen = """
        update match.ride_requests
        set    status = 'Searching', given_up = true, offer_id = null, driver_id = null, ride_id = null, ended_at = null, search_ends_at = greatest(@SearchEndsAt, pickup_at + @PickupPatience),
               drop_off = platform.point(@Latitude, @Longitude), stops = @Stops::jsonb, quote_id = @QuoteId, quoted_fare_minor_units = @FareMinorUnits,
               updated_at = @Now, version = version + 1
        where  ride_request_id = @RideRequestId;

        update match.offers set driver_cancelled = @AsMatched where ride_id = @RideId;
        """;

    public async Task Handle(RideCancelled happened, Transaction transaction, CancellationToken ct)
    {
        var request = await transaction.LockByRide(happened.RideId, ct);
        transaction.Free(happened.RideId, happened.OccurredAt);
        if (request is null || !request.ReopensAfter(happened))
        {
            return;
        }

        await transaction.Execute(Reopen, Row(request, happened, clock.GetUtcNow()), ct);
        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
    }

    object Row(RideRequest matched, RideCancelled happened, DateTimeOffset now)
    {
        var (rules, agreed) = (matching.Of(matched.CityId), matched.AsLastAgreed(happened));
        return new
        {
            matched.RideRequestId,
            happened.RideId,
            SearchEndsAt = now + rules.SearchTime,
            rules.PickupPatience,
            agreed.DropOff.Latitude,
            agreed.DropOff.Longitude,
            Stops = agreed.StopsJson,
            agreed.QuoteId,
            FareMinorUnits = agreed.QuotedFareMinorUnits,
            AsMatched = agreed.QuoteId == matched.QuoteId,
            Now = now,
        };
    }
}
