using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>realtime hands over what came in by the sockets it holds: many drivers in one call.</summary>
static class ReportPositionsOfMany
{
    public static async Task<IResult> Handle(Request request, PositionIntake intake, CancellationToken ct)
    {
        if (request.Drivers.Sum(driver => driver.Points.Count) is 0 or > Limits.PointsPerCall ||
            request.Drivers.DistinctBy(driver => driver.DriverId).Count() < request.Drivers.Count)
        {
            return LocationProblems.TooManyDrivers.ToHttp();
        }

        var tallies = await intake.Record(request.Drivers, ct);
        return TypedResults.Ok(new Answer([.. request.Drivers.Zip(tallies, DriverAnswer.Of)]));
    }

    public sealed record Request(IReadOnlyList<DriverUpdates> Drivers);

    public sealed record Answer(IReadOnlyList<DriverAnswer> Drivers);

    public sealed record DriverAnswer(Guid DriverId, int Accepted, IReadOnlyDictionary<string, int> Refused)
    {
        public static DriverAnswer Of(DriverUpdates driver, Tally tally)
        {
            var (accepted, refused) = tally.ToAnswer();
            return new DriverAnswer(driver.DriverId, accepted, refused);
        }
    }
}
