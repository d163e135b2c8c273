using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The link that the caller made opens nothing any more. Nothing to take back is as good as taken back.</summary>
static class StopSharingRide
{
    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, Transaction transaction, CancellationToken ct)
    {
        await transaction.Execute("delete from ride.shares where ride_id = @RideId and shared_by = @UserId", new { rideId, UserId = user.Id }, ct);
        return TypedResults.NoContent();
    }
}
