using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>The rides that a passenger has ordered for later, the next first.</summary>
static class ListScheduledRequests
{
    const string Find = $"select {RideRequest.Columns} from match.ride_requests where passenger_id = @PassengerId and status = 'Scheduled' order by pickup_at limit 500";

    public sealed record Answer(IReadOnlyList<RideRequestView> RideRequests);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        TypedResults.Ok(new Answer([.. (await database.List<RideRequest>(Find, new { PassengerId = user.Id }, ct)).Select(RideRequestView.Of)]));
}
