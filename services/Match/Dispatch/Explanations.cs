using System.Collections.Concurrent;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>
/// Keeps what rounds decided, and writes it once a second for all of them together: explaining costs a round no trip to the database.
/// A copy that dies takes its last second of explanations with it, and nothing else.
/// </summary>
sealed class Explanations(Database database, MatchMetrics metrics) : ISweep
{
    /// <summary>More requests than this wait for their explanation only while the database is out; further ones go unexplained.</summary>
    const int MostKept = 20_000;

    // A driver's newer verdict replaces the older one. What has grown beyond its bound begins anew.
    const string Save = """
        insert into match.explanations as known (ride_request_id, rounds, last_round_at, radius_metres, drivers_with_offers, location_answered, drivers)
        select ride_request_id, rounds, last_round_at, radius_metres, drivers_with_offers, location_answered, drivers::jsonb
        from   unnest(@Ids, @Rounds, @At, @RadiiMetres, @WithOffers, @Answered, @Drivers)
               as told (ride_request_id, rounds, last_round_at, radius_metres, drivers_with_offers, location_answered, drivers)
        order  by ride_request_id
        on conflict (ride_request_id) do update
        set    rounds = known.rounds + excluded.rounds, last_round_at = excluded.last_round_at, radius_metres = excluded.radius_metres,
               drivers_with_offers = excluded.drivers_with_offers, location_answered = excluded.location_answered,
               drivers = case when pg_column_size(known.drivers) > 16000 then excluded.drivers else known.drivers || excluded.drivers end
        """;

    readonly ConcurrentDictionary<Guid, Pending> pending = new();

    public TimeSpan Every => TimeSpan.FromSeconds(1);

    /// <summary>Takes down a round, and counts its verdicts.</summary>
    public void Note(IEnumerable<RoundExplanation> round)
    {
        foreach (var explanation in round)
        {
            foreach (var verdict in explanation.Drivers.Values.CountBy(driver => driver.Verdict))
            {
                metrics.Judged(verdict.Key, verdict.Value);
            }

            if (pending.Count < MostKept)
            {
                Merge(new(1, explanation));
            }
        }
    }

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var taken = pending.Keys.Select(id => pending.TryRemove(id, out var one) ? one : null).OfType<Pending>().ToArray();
        try
        {
            if (taken.Length > 0)
            {
                await database.Execute(Save, Parameters(taken), ct);
            }

            return false;
        }
        catch
        {
            foreach (var one in taken)
            {
                Merge(one);
            }

            throw;
        }
    }

    void Merge(Pending added) => pending.AddOrUpdate(added.Latest.RideRequestId, added, (_, known) => known.And(added));

    static object Parameters(Pending[] taken) => new
    {
        Ids = taken.Select(one => one.Latest.RideRequestId).ToArray(),
        Rounds = taken.Select(one => one.Rounds).ToArray(),
        At = taken.Select(one => one.Latest.At).ToArray(),
        RadiiMetres = taken.Select(one => one.Latest.RadiusMetres).ToArray(),
        WithOffers = taken.Select(one => one.Latest.DriversWithOffers).ToArray(),
        Answered = taken.Select(one => one.Latest.LocationAnswered).ToArray(),
        Drivers = taken.Select(one => JsonSerializer.Serialize(one.Latest.Drivers, Json.Options)).ToArray(),
    };

    sealed record Pending(int Rounds, RoundExplanation Latest)
    {
        public Pending And(Pending other)
        {
            var (older, newer) = Latest.At <= other.Latest.At ? (Latest, other.Latest) : (other.Latest, Latest);
            var drivers = new Dictionary<Guid, DriverVerdict>(older.Drivers);
            foreach (var (id, verdict) in newer.Drivers)
            {
                drivers[id] = verdict;
            }

            return new(Rounds + other.Rounds, newer with { Drivers = drivers });
        }
    }
}
