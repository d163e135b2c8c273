using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>One ride with its timeline, for its passenger, its driver or an operator.</summary>
static class GetRide
{
    const string Find = $"select {RideViewRow.Columns} from ride.rides where ride_id = @RideId and (passenger_id = @UserId or driver_id = @UserId or @IsOperator)";

    const string Steps = """
        select version, from_status as from, status, by, at, reason, null::text as what, null::smallint as stop, null::bigint as quoted_fare_minor_units
        from   ride.transitions where ride_id = @RideId
        union  all
        select version, status, status, by, at, null, what, stop, quoted_fare_minor_units
        from   ride.on_the_way where ride_id = @RideId
        order  by version
        """;

    public static async Task<IResult> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<RideViewRow>(Find, new { rideId, UserId = user.Id, user.IsOperator }, ct) is { } ride
            ? TypedResults.Ok(await ride.ToView(await database.List<RideStep>(Steps, new { rideId }, ct)).With(database, ct))
            : RideProblems.NotFound.ToHttp();
}
