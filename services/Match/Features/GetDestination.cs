using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>Where a driver wants to end up.</summary>
static class GetDestination
{
    const string Find = """
        select st_y(destination::geometry) as latitude, st_x(destination::geometry) as longitude, expires_at
        from   match.driver_destinations where driver_id = @DriverId and expires_at > @Now
        """;

    public static async Task<Results<Ok<SetDestination.Answer>, ProblemHttpResult>> Handle(
        CurrentUser user, Database database, CityClock clock, CancellationToken ct) =>
        await database.Find<Row>(Find, new { DriverId = user.Id, Now = clock.GetUtcNow() }, ct) is { } row
            ? TypedResults.Ok(new SetDestination.Answer(new(row.Latitude, row.Longitude), row.ExpiresAt))
            : MatchProblems.NoDestination.ToHttp();

    sealed record Row(double Latitude, double Longitude, DateTimeOffset ExpiresAt);
}
