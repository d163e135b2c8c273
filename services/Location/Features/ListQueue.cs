using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>Who waits at an airport or a station, by class and in the order of service, for an operator.</summary>
static class ListQueue
{
    const int Limit = 1_000;

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(Guid zoneId, Database database, DriverQueues queues, CancellationToken ct) =>
        await ZoneStore.Find(database, zoneId, ct) is null
            ? LocationProblems.NoSuchZone.ToHttp()
            : TypedResults.Ok(new Answer(await queues.Waiting(zoneId, Limit, ct)));

    public sealed record Answer(IReadOnlyList<QueuedDriver> Drivers);
}
