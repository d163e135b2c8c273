using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// Makes a link that shows the ride to whoever has it. One per side of the ride: a new one takes the place of the one before, so whoever lost the answer asks
/// again. The answer holds a token and is therefore never stored under an idempotency key.
/// </summary>
static class ShareRide
{
    /// <param name="Path">Below the gateway's address.</param>
    /// <param name="ShownAfterEndSeconds">How long after the end of the ride it still opens, city time.</param>
    public sealed record Answer(string Token, string Path, int ShownAfterEndSeconds);

    const string Save = """
        insert into ride.shares (ride_id, shared_by, token_hash, shared_at) values (@RideId, @UserId, @TokenHash, @Now)
        on conflict (ride_id, shared_by) do update set token_hash = excluded.token_hash, shared_at = excluded.shared_at
        """;

    public static async Task<IResult> Handle(
        Guid rideId, CurrentUser user, RideStore rides, Database database, CityClock clock, IOptions<RideOptions> rules, CancellationToken ct)
    {
        if (await rides.Find(rideId, user.Id, ct) is not { } ride) return RideProblems.NotFound.ToHttp();
        if (ride.Status is RideStatus.Completed or RideStatus.Cancelled) return RideProblems.NotIn(ride.Status, "be shared").ToHttp();

        var token = ShareToken.New();
        await database.Execute(Save, new { rideId, UserId = user.Id, TokenHash = ShareToken.HashOf(token), Now = clock.GetUtcNow() }, ct);
        return TypedResults.Ok(new Answer(token, ShareToken.PathOf(token), (int)rules.Value.SharedAfterEnd.TotalSeconds));
    }
}
