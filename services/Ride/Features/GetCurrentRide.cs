using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The ride that the caller is in right now, or else the one that is queued: what an app asks for after a lost connection.</summary>
static class GetCurrentRide
{
    const string Find = $"""
        select {RideViewRow.Columns}
        from   ride.rides
        where  (passenger_id = @UserId or driver_id = @UserId) and status in ('Queued', 'DriverAssigned', 'DriverArrived', 'InProgress')
        order  by status = 'Queued', ride_id desc
        limit  1
        """;

    public static async Task<IResult> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<RideViewRow>(Find, new { UserId = user.Id }, ct) is { } ride
            ? TypedResults.Ok(await ride.ToView().With(database, ct))
            : RideProblems.NotFound.ToHttp();
}
