using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>One ride request of the caller.</summary>
static class GetRideRequest
{
    const string Find = $"""
        select {RideRequest.Columns} from match.ride_requests
        where  ride_request_id = @RideRequestId and passenger_id = @PassengerId
        """;

    public static async Task<Results<Ok<RideRequestView>, ProblemHttpResult>> Handle(
        Guid rideRequestId, CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<RideRequest>(Find, new { RideRequestId = rideRequestId, PassengerId = user.Id }, ct) is { } request
            ? TypedResults.Ok(RideRequestView.Of(request))
            : MatchProblems.NoSuchRequest.ToHttp();
}
