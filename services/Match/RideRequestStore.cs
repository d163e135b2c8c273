using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>
/// SQL that several features share. Everything that happens to a request or to its offers first locks the request's row; so whoever
/// holds the lock sees, and alone changes, the request and all of its offers.
/// </summary>
static class RideRequestStore
{
    const string FindOwn = $"""
        select {RideRequest.Columns} from match.ride_requests
        where  ride_request_id = @RideRequestId and passenger_id = @PassengerId
        for    update
        """;

    const string FindOffered = $"""
        select {RideRequest.Columns} from match.ride_requests
        where  ride_request_id = (select ride_request_id from match.offers where offer_id = @OfferId and driver_id = @DriverId)
        for    update
        """;

    const string FindByRide = $"select {RideRequest.Columns} from match.ride_requests where ride_id = @RideId for update";

    const string FindOffer = $"select {Offer.Columns} from match.offers where offer_id = @OfferId";

    const string ForgetPromise = "delete from match.next_rides where ride_id = @RideId";

    const string FreeBoth = """
        with freed as (delete from match.busy_parties where ride_id = @RideId returning user_id, role)
        insert into match.driver_records (driver_id, free_since) select user_id, @Since from freed where role = 'Driver'
        on conflict (driver_id) do update set free_since = excluded.free_since
        """;

    const string KeepPromise = """
        with begun as (delete from match.next_rides where after_ride_id = @RideId returning driver_id, ride_id)
        insert into match.busy_parties (user_id, ride_id, role, since) select driver_id, ride_id, 'Driver', @Since from begun
        """;

    const string TakeBackAcceptance = """
        update match.offers set status = 'Withdrawn', withdrawn_because = @Because, answered_at = @Now
        where  offer_id = @OfferId and status = 'Accepted' and confirmed_at is null;

        delete from match.next_rides where ride_id = @RideId;

        delete from match.busy_parties where ride_id = @RideId;

        update match.ride_requests set version = version + 1 where ride_request_id = @RideRequestId returning version;
        """;

    /// <summary>The passenger's own request, locked; null when it is not there or another's.</summary>
    public static Task<RideRequest?> LockOwn(this Transaction transaction, Guid rideRequestId, Guid passengerId, CancellationToken ct) =>
        transaction.Find<RideRequest>(FindOwn, new { RideRequestId = rideRequestId, PassengerId = passengerId }, ct);

    /// <summary>The request behind an offer to this driver, locked; null when the offer is not there or another's.</summary>
    public static Task<RideRequest?> LockOffered(this Transaction transaction, Guid offerId, Guid driverId, CancellationToken ct) =>
        transaction.Find<RideRequest>(FindOffered, new { OfferId = offerId, DriverId = driverId }, ct);

    /// <summary>The request that became this ride, locked.</summary>
    public static Task<RideRequest?> LockByRide(this Transaction transaction, Guid rideId, CancellationToken ct) =>
        transaction.Find<RideRequest>(FindByRide, new { RideId = rideId }, ct);

    /// <summary>An offer of a request that this transaction has locked.</summary>
    public static async Task<Offer> OfferOf(this Transaction transaction, Guid offerId, CancellationToken ct) =>
        (await transaction.Find<Offer>(FindOffer, new { OfferId = offerId }, ct))!;

    /// <summary>Both sides of a ride are free again, and a driver who was promised to another passenger is busy with that one. Harmless when it was done already.</summary>
    public static void Free(this Transaction transaction, Guid rideId, DateTimeOffset since)
    {
        // In this order, each with a view of its own: whoever ends the ride before a promised one, and whoever ends the promised one, meet at its row.
        transaction.Later(ForgetPromise, new { RideId = rideId });
        transaction.Later(FreeBoth, new { RideId = rideId, Since = since });
        transaction.Later(KeepPromise, new { RideId = rideId, Since = since });
    }

    /// <summary>The driver said yes, the passenger did not: the acceptance is void, both are free, and the driver hears of it.</summary>
    public static async Task TakeBack(this Transaction transaction, RideRequest request, WithdrawnBecause because, DateTimeOffset now, CancellationToken ct)
    {
        var (offerId, driverId, rideId) = (request.OfferId!.Value, request.DriverId!.Value, request.RideId!.Value);
        var version = await transaction.Find<long>(
            TakeBackAcceptance, new { OfferId = offerId, RideId = rideId, request.RideRequestId, Because = because.ToString(), Now = now }, ct);
        transaction.Publish(new OfferWithdrawn(offerId, request.RideRequestId, request.PassengerId, driverId, because.ToString())
        {
            OccurredAt = now,
            Version = version,
        });
    }
}
