using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>One side rates the other after the ride, once, and says why.</summary>
static class RateRide
{
    const int LongestComment = 500;

    /// <param name="Stars">1 to 5.</param>
    /// <param name="Comment">At most 500 characters.</param>
    /// <param name="Reasons">Up to five different words of the list in docs/api.md for the side that speaks.</param>
    public sealed record Request(int Stars, string? Comment = null, string[]? Reasons = null);

    const string Insert = """
        insert into ride.ratings (ride_id, by, rated_user_id, stars, comment, reasons, rated_at)
        values (@RideId, @By, @RatedUserId, @Stars, @Comment, @Reasons, @Now)
        on conflict do nothing
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (request.Stars is < 1 or > 5) return Problem.Invalid("stars", "A rating has 1 to 5 stars.").ToHttp();
        if (request.Comment is { } comment && (comment.Length > LongestComment || comment.Contains('\0')))
            return Problem.Invalid("comment", $"A comment is a text of at most {LongestComment} characters.").ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.SideOf(user.Id) is not { } side) return RideProblems.NotFound.ToHttp();
        if (WhyNot(request.Reasons ?? [], side) is { } problem) return problem.ToHttp();

        var decision = ride.Rate(side, request.Stars, request.Reasons, clock.GetUtcNow());
        return decision.Event is { } rated ? await Rate(rated, request, transaction, ct) : decision.Problem!.ToHttp();
    }

    static Problem? WhyNot(string[] reasons, Party by) =>
        reasons.Length <= RatingReasons.Most && reasons.Distinct().Count() == reasons.Length && !reasons.Except(RatingReasons.Of(by)).Any()
            ? null
            : Problem.Invalid("reasons", $"Up to {RatingReasons.Most} different ones of {string.Join(", ", RatingReasons.Of(by))}.");

    static async Task<IResult> Rate(RideRated rated, Request request, Transaction transaction, CancellationToken ct)
    {
        var ratedUserId = rated.By is Party.Passenger ? rated.DriverId : rated.PassengerId;
        var row = new
        {
            rated.RideId,
            By = rated.By.ToString(),
            ratedUserId,
            Stars = (short)rated.Stars,
            request.Comment,
            Reasons = request.Reasons ?? [],
            Now = rated.OccurredAt,
        };
        if (await transaction.Execute(Insert, row, ct) == 0) return RideProblems.AlreadyRated.ToHttp();

        await Standings.Renewed(transaction, ratedUserId, rated.By, ct);
        transaction.Publish(rated);
        return TypedResults.NoContent();
    }
}
