using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>How far a driver has come in the queue of an airport or a station: a range, since ranks move while one reads them.</summary>
static class GetQueuePlace
{
    static readonly int[] Bands = [5, 10, 20, 50, 100];

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(CurrentUser user, DriverQueues queues, CancellationToken ct) =>
        await queues.PlaceOf(user.Id, ct) is { } place ? TypedResults.Ok(Answer.Of(place)) : LocationProblems.NotInQueue.ToHttp();

    /// <param name="From">The place is this one or a later one, from 1.</param>
    /// <param name="To">And not later than this; absent far back.</param>
    /// <param name="QueuedAt">When the driver came, city time.</param>
    public sealed record Answer(Guid ZoneId, string Name, ZoneKind Kind, int From, int? To, DateTimeOffset QueuedAt)
    {
        internal static Answer Of(QueuePlace place)
        {
            var band = Array.FindIndex(Bands, last => place.Rank <= last);
            return new(
                place.ZoneId, place.Name, place.Kind, band switch { 0 => 1, > 0 => Bands[band - 1] + 1, _ => Bands[^1] + 1 }, band < 0 ? null : Bands[band],
                place.QueuedAt);
        }
    }
}
