using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>
/// A driver takes a request. In one transaction: the ride's id is minted, both sides are busy, the request is matched (or waits for
/// the passenger), and every other open offer of it is withdrawn. A driver who is still on a ride is busy with the new one as soon as that ends.
/// Whoever races and loses changes nothing.
/// </summary>
static class AcceptOffer
{
    // In order of user id: two acceptances that share a party wait for each other.
    const string MakeBusy = """
        insert into match.busy_parties (user_id, ride_id, role, since)
        select user_id, @RideId, role, @Now from (values (@DriverId, 'Driver'), (@PassengerId, 'Passenger')) as party (user_id, role) order by user_id
        on conflict do nothing
        """;

    // Locked, so that the ride before cannot end unseen between this look and the promise.
    const string LockPresentRide = "select ride_id from match.busy_parties where user_id = @DriverId for update";

    const string PromiseNext = """
        insert into match.next_rides (driver_id, ride_id, after_ride_id, since) values (@DriverId, @RideId, @AfterRideId, @Now) on conflict do nothing;

        insert into match.busy_parties (user_id, ride_id, role, since) values (@PassengerId, @RideId, 'Passenger', @Now) on conflict do nothing;
        """;

    const string MarkAccepted = """
        update match.offers
        set    status = 'Accepted', answered_at = @Now, ride_id = @RideId, confirmed_at = @ConfirmedAt
        where  offer_id = @OfferId and status = 'Open';

        update match.ride_requests
        set    status = @Status, offer_id = @OfferId, driver_id = @DriverId, ride_id = @RideId, confirm_by = @ConfirmBy, ended_at = @ConfirmedAt,
               updated_at = @Now, version = @Version
        where  ride_request_id = @RideRequestId;
        """;

    /// <param name="RideId">Absent while the passenger is still to confirm.</param>
    public sealed record Answer(Guid OfferId, OfferStatus Status, RideRequestStatus RideRequestStatus, Guid? RideId);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Guid offerId, CurrentUser user, Transaction transaction, MatchingRules matching, CityClock clock, MatchMetrics metrics, CancellationToken ct)
    {
        if (await transaction.LockOffered(offerId, user.Id, ct) is not { } request)
        {
            return MatchProblems.NoSuchOffer.ToHttp();
        }

        var (offer, rules, now, rideId) = (await transaction.OfferOf(offerId, ct), matching.Of(request.CityId), clock.GetUtcNow(), Guid.CreateVersion7());
        var decision = request.Accept(offer, rules.PassengerConfirms, now);
        if (decision.Event is not { } accepted)
        {
            return decision.Problem!.ToHttp();
        }

        var parties = new { RideId = rideId, offer.DriverId, offer.PassengerId, offer.AfterRideId, Now = now };
        if (await transaction.Execute(await MustWait(offer, transaction, ct) ? PromiseNext : MakeBusy, parties, ct) < 2)
        {
            return MatchProblems.DriverBusy.ToHttp();
        }

        var status = await Save(transaction, request, offer, accepted, rideId, rules, ct);
        metrics.Ended(nameof(OfferAccepted));
        return TypedResults.Ok(new Answer(offerId, OfferStatus.Accepted, status, accepted.AwaitsPassenger ? null : rideId));
    }

    /// <summary>Whether the driver is still on the ride that they were on when they were asked.</summary>
    static async Task<bool> MustWait(Offer offer, Transaction transaction, CancellationToken ct) =>
        offer.AfterRideId is { } before && await transaction.Find<Guid?>(LockPresentRide, new { offer.DriverId }, ct) == before;

    static async Task<RideRequestStatus> Save(
        Transaction transaction, RideRequest request, Offer offer, OfferAccepted accepted, Guid rideId, CityRules rules, CancellationToken ct)
    {
        var now = accepted.OccurredAt;
        var status = accepted.AwaitsPassenger ? RideRequestStatus.AwaitingPassenger : RideRequestStatus.Matched;
        transaction.Publish(accepted);
        if (!accepted.AwaitsPassenger)
        {
            transaction.Publish(request.Confirmed(offer, rideId, now, accepted.Version + 1));
        }

        await transaction.Execute(MarkAccepted, new
        {
            offer.OfferId,
            offer.DriverId,
            request.RideRequestId,
            RideId = rideId,
            Status = status.ToString(),
            ConfirmBy = accepted.AwaitsPassenger ? now + rules.PassengerConfirmTime : (DateTimeOffset?)null,
            ConfirmedAt = accepted.AwaitsPassenger ? (DateTimeOffset?)null : now,
            Now = now,
            Version = accepted.AwaitsPassenger ? accepted.Version : accepted.Version + 1,
        }, ct);
        if (offer.Broadcast)
        {
            await transaction.WithdrawAll(request.RideRequestId, WithdrawnBecause.AnotherDriverAccepted, now, ct);
        }

        return status;
    }
}
