using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>The search time is over: the passenger hears that no driver was found. An open offer never outlives the search, so none is left behind.</summary>
sealed class EndSearches(Database database, CityClock clock, MatchMetrics metrics) : ISweep
{
    const int BatchSize = 200;

    const string EndDue = """
        update match.ride_requests
        set    status = 'NoDriverFound', ended_at = @Now, updated_at = @Now, version = version + 1
        where  ride_request_id in (
            select ride_request_id from match.ride_requests
            where  status = 'Searching' and search_ends_at <= @Now
            order  by search_ends_at limit @BatchSize
            for    update skip locked)
        returning ride_request_id, passenger_id, quote_id, version
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(500);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Begin(ct);
        var ended = await transaction.List<Ended>(EndDue, new { Now = now, BatchSize }, ct);
        if (ended.Count == 0)
        {
            return false;
        }

        foreach (var search in ended)
        {
            transaction.Publish(new NoDriverFound(search.RideRequestId, search.PassengerId, search.QuoteId) { OccurredAt = now, Version = search.Version });
        }

        await transaction.Commit(ct);
        metrics.Ended(nameof(NoDriverFound), ended.Count);
        return ended.Count == BatchSize;
    }

    sealed record Ended(Guid RideRequestId, Guid PassengerId, Guid QuoteId, long Version);
}
