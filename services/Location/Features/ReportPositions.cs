using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// A driver's phone says where it is. Needs no idempotency key: a point sent again is a duplicate by its time. Whose positions
/// they are is in the token and nowhere else.
/// </summary>
static class ReportPositions
{
    public static async Task<IResult> Handle(Request request, CurrentUser user, PositionIntake intake, CancellationToken ct)
    {
        if (request.Points is { Count: 0 or > Limits.PointsPerDriver }) return LocationProblems.TooManyPoints.ToHttp();

        var tallies = await intake.Record([new DriverUpdates(user.Id, request.Points)], ct);
        return TypedResults.Ok(tallies[0].ToAnswer());
    }

    public sealed record Request(IReadOnlyList<LocationUpdate> Points);
}
