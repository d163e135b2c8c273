using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>Where both sides must agree: the passenger accepts the driver who accepted, or refuses, and the search goes on without that driver.</summary>
static class ConfirmDriver
{
    const string MarkConfirmed = """
        update match.offers set confirmed_at = @Now where offer_id = @OfferId and status = 'Accepted';

        update match.ride_requests
        set    status = 'Matched', confirm_by = null, ended_at = @Now, updated_at = @Now, version = @Version
        where  ride_request_id = @RideRequestId;
        """;

    const string MarkSearching = """
        update match.ride_requests
        set    status = 'Searching', offer_id = null, driver_id = null, ride_id = null, confirm_by = null, updated_at = @Now
        where  ride_request_id = @RideRequestId
        """;

    public sealed record Request(bool Accept);

    public static async Task<Results<Ok<RideRequestView>, ProblemHttpResult>> Handle(
        Guid rideRequestId, Request answer, CurrentUser user, Transaction transaction, CityClock clock, Dispatcher dispatcher, CancellationToken ct)
    {
        if (await transaction.LockOwn(rideRequestId, user.Id, ct) is not { } request)
        {
            return MatchProblems.NoSuchRequest.ToHttp();
        }

        var now = clock.GetUtcNow();
        if (request.WhyNotAnswer(now) is { } refusal)
        {
            return refusal.ToHttp();
        }

        return TypedResults.Ok(answer.Accept
            ? await Confirm(transaction, request, now, ct)
            : await Refuse(transaction, request, dispatcher, now, ct));
    }

    static async Task<RideRequestView> Confirm(Transaction transaction, RideRequest request, DateTimeOffset now, CancellationToken ct)
    {
        var offer = await transaction.OfferOf(request.OfferId!.Value, ct);
        var confirmed = request.Confirmed(offer, request.RideId!.Value, now, request.Version + 1);
        await transaction.Execute(MarkConfirmed, new { request.RideRequestId, request.OfferId, Now = now, confirmed.Version }, ct);
        transaction.Publish(confirmed);
        return RideRequestView.Of(request with { Status = RideRequestStatus.Matched, ConfirmBy = null });
    }

    static async Task<RideRequestView> Refuse(Transaction transaction, RideRequest request, Dispatcher dispatcher, DateTimeOffset now, CancellationToken ct)
    {
        await transaction.TakeBack(request, WithdrawnBecause.PassengerRefused, now, ct);
        await transaction.Execute(MarkSearching, new { request.RideRequestId, Now = now }, ct);
        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
        return RideRequestView.Of(request with { Status = RideRequestStatus.Searching, DriverId = null, ConfirmBy = null });
    }
}
