using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>One side rates the other after the ride, once.</summary>
static class RateRide
{
    const int LongestComment = 500;

    /// <param name="Stars">1 to 5.</param>
    /// <param name="Comment">At most 500 characters.</param>
    public sealed record Request(int Stars, string? Comment = null);

    const string Insert = """
        insert into ride.ratings (ride_id, by, stars, comment, rated_at) values (@RideId, @By, @Stars, @Comment, @Now)
        on conflict do nothing
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (request.Stars is < 1 or > 5) return Problem.Invalid("stars", "A rating has 1 to 5 stars.").ToHttp();
        if (request.Comment is { Length: > LongestComment }) return Problem.Invalid("comment", $"A comment has at most {LongestComment} characters.").ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.SideOf(user.Id) is not { } side) return RideProblems.NotFound.ToHttp();

        var decision = ride.Rate(side, request.Stars, clock.GetUtcNow());
        if (decision.Event is not { } rated) return decision.Problem!.ToHttp();

        var row = new { rideId, By = side.ToString(), Stars = (short)request.Stars, request.Comment, Now = rated.OccurredAt };
        if (await transaction.Execute(Insert, row, ct) == 0) return RideProblems.AlreadyRated.ToHttp();

        transaction.Publish(rated);
        return TypedResults.NoContent();
    }
}
