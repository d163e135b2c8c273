using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>What others think of the caller, on either side of rides.</summary>
static class GetMyRating
{
    /// <param name="AsPassenger">Absent before the first rating.</param>
    /// <param name="AsDriver">Likewise.</param>
    public sealed record Answer(Standing? AsPassenger, Standing? AsDriver);

    public static async Task<IResult> Handle(CurrentUser user, Database database, CancellationToken ct)
    {
        var (passenger, driver) = await Standings.Of(database, user.Id, user.Id, ct);
        return TypedResults.Ok(new Answer(passenger, driver));
    }
}
