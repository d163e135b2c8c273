using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>What an app that just started asks: does my passenger look for a ride, or have one? The live request, or the one of the running ride.</summary>
static class GetCurrentRideRequest
{
    const string Find = $"""
        select {RideRequest.Columns} from match.ride_requests
        where  passenger_id = @PassengerId
        and    (status in ('Searching', 'Offered', 'AwaitingPassenger')
                or ride_id = (select ride_id from match.busy_parties where user_id = @PassengerId and role = 'Passenger'))
        """;

    public static async Task<Results<Ok<RideRequestView>, ProblemHttpResult>> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<RideRequest>(Find, new { PassengerId = user.Id }, ct) is { } request
            ? TypedResults.Ok(RideRequestView.Of(request))
            : MatchProblems.NoSuchRequest.ToHttp();
}
