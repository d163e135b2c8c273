using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>The passenger gives up before both sides agreed. Open offers are withdrawn, an acceptance that waits for the passenger is void.</summary>
static class CancelRideRequest
{
    const string MarkCancelled = """
        update match.ride_requests
        set    status = 'Cancelled', offer_id = null, driver_id = null, ride_id = null, confirm_by = null,
               ended_at = @Now, updated_at = @Now, version = @Version
        where  ride_request_id = @RideRequestId
        """;

    public static async Task<Results<Ok<RideRequestView>, ProblemHttpResult>> Handle(
        Guid rideRequestId, CurrentUser user, Transaction transaction, CityClock clock, MatchMetrics metrics, CancellationToken ct)
    {
        if (await transaction.LockOwn(rideRequestId, user.Id, ct) is not { } request)
        {
            return MatchProblems.NoSuchRequest.ToHttp();
        }

        var decision = request.Cancel(clock.GetUtcNow());
        if (decision.Event is not { } cancelled)
        {
            return decision.Problem!.ToHttp();
        }

        await Save(transaction, request, cancelled, WithdrawnBecause.PassengerCancelled, ct);
        metrics.Ended(nameof(RideRequestCancelled));
        return TypedResults.Ok(RideRequestView.Of(request) with { Status = RideRequestStatus.Cancelled, DriverId = null, ConfirmBy = null });
    }

    /// <summary>Also for a passenger who does not answer about a driver.</summary>
    public static async Task Save(Transaction transaction, RideRequest request, RideRequestCancelled cancelled, WithdrawnBecause because, CancellationToken ct)
    {
        var now = cancelled.OccurredAt;
        await transaction.Execute(MarkCancelled, new { request.RideRequestId, Now = now, cancelled.Version }, ct);
        transaction.Publish(cancelled);
        if (request.Status is RideRequestStatus.Offered)
        {
            await transaction.WithdrawAll(request.RideRequestId, because, now, ct);
        }
        else if (request.Status is RideRequestStatus.AwaitingPassenger)
        {
            await transaction.TakeBack(request, because, now, ct);
        }
    }
}
