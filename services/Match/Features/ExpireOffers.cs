using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>Offers that nobody answered in time; their requests go on to the next driver with their age counted.</summary>
sealed class ExpireOffers(Database database, CityClock clock, Dispatcher dispatcher, MatchMetrics metrics) : ISweep
{
    const int BatchSize = 200;

    // A request that somebody is changing right now is skipped: it is answered, or due again at the next look.
    const string LockDue = """
        select o.offer_id
        from   match.ride_requests r join match.offers o using (ride_request_id)
        where  o.status = 'Open' and o.expires_at <= @Now
        order  by o.expires_at
        limit  @BatchSize
        for    update of r skip locked
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Begin(ct);
        var due = await transaction.List<Guid>(LockDue, new { Now = now, BatchSize }, ct);
        if (due.Count == 0)
        {
            return false;
        }

        var expired = await transaction.End([.. due], OfferStatus.Expired, now, ct);
        foreach (var offer in expired)
        {
            transaction.Publish(new OfferExpired(offer.OfferId, offer.RideRequestId, offer.PassengerId, offer.DriverId)
            {
                OccurredAt = now,
                Version = offer.Version,
            });
        }

        foreach (var zone in expired.Select(offer => offer.Zone).Distinct())
        {
            transaction.OnCommitted(() => dispatcher.Wake(zone));
        }

        await transaction.Commit(ct);
        metrics.Ended(nameof(OfferExpired), expired.Count);
        return due.Count == BatchSize;
    }
}
