using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>An offer that just ended without an acceptance, and where its request stands now.</summary>
/// <param name="Version">Version of the request's event about this end.</param>
sealed record EndedOffer(Guid OfferId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string CityId, VehicleClass VehicleClass, long Version)
{
    public Zone Zone => new(CityId, VehicleClass);
}

/// <summary>
/// Ends open offers without an acceptance and sends a request whose last offer ended back into the search. The requests must be
/// locked by the same transaction. Any number at once in one round trip.
/// </summary>
static class OpenOffers
{
    const string EndSome = """
        with ended as (
            update match.offers set status = @Status, withdrawn_because = @Because, answered_at = @Now
            where  offer_id = any(@OfferIds) and status = 'Open'
            returning offer_id, ride_request_id, passenger_id, driver_id),
        sent_back as (
            update match.ride_requests r
            set    version = r.version + counted.offers, updated_at = @Now,
                   status = case
                       when r.status = 'Offered' and not exists (
                           select from match.offers o
                           where  o.ride_request_id = r.ride_request_id and o.status = 'Open' and o.offer_id <> all(@OfferIds)) then 'Searching'
                       else r.status
                   end
            from   (select ride_request_id, count(*) as offers from ended group by ride_request_id) counted
            where  r.ride_request_id = counted.ride_request_id
            returning r.ride_request_id, r.city_id, r.vehicle_class, r.version)
        select offer_id, ride_request_id, passenger_id, driver_id, city_id, vehicle_class,
               version - row_number() over (partition by ride_request_id order by offer_id desc) + 1 as version
        from   ended join sent_back using (ride_request_id)
        """;

    const string OpenOf = "select offer_id from match.offers where ride_request_id = @RideRequestId and status = 'Open'";

    /// <summary>The open offers of a locked request, all withdrawn.</summary>
    public static async Task WithdrawAll(
        this Transaction transaction, Guid rideRequestId, WithdrawnBecause because, DateTimeOffset now, CancellationToken ct)
    {
        var open = await transaction.List<Guid>(OpenOf, new { RideRequestId = rideRequestId }, ct);
        if (open.Count > 0)
        {
            await transaction.Withdraw([.. open], because, now, ct);
        }
    }

    /// <summary>Declined or expired.</summary>
    public static Task<IReadOnlyList<EndedOffer>> End(
        this Transaction transaction, Guid[] offerIds, OfferStatus how, DateTimeOffset now, CancellationToken ct) =>
        End(transaction, offerIds, how, null, now, ct);

    /// <summary>Withdrawn through no act of the drivers; each of them hears of it.</summary>
    public static async Task<IReadOnlyList<EndedOffer>> Withdraw(
        this Transaction transaction, Guid[] offerIds, WithdrawnBecause because, DateTimeOffset now, CancellationToken ct)
    {
        var ended = await End(transaction, offerIds, OfferStatus.Withdrawn, because, now, ct);
        foreach (var offer in ended)
        {
            transaction.Publish(new OfferWithdrawn(offer.OfferId, offer.RideRequestId, offer.PassengerId, offer.DriverId, because.ToString())
            {
                OccurredAt = now,
                Version = offer.Version,
            });
        }

        return ended;
    }

    static Task<IReadOnlyList<EndedOffer>> End(
        Transaction transaction, Guid[] offerIds, OfferStatus how, WithdrawnBecause? because, DateTimeOffset now, CancellationToken ct) =>
        transaction.List<EndedOffer>(EndSome, new { OfferIds = offerIds, Status = how.ToString(), Because = because?.ToString(), Now = now }, ct);
}
