using System.Diagnostics.Metrics;

namespace Tumpang.Locations;

/// <summary>What an operator watches: positions by outcome, the copies of duty that had to be read again, and how the mirror does.</summary>
sealed class LocationMetrics
{
    static readonly Meter Meter = new("Tumpang.Location");

    readonly Counter<long> positions = Meter.CreateCounter<long>("tumpang.location.positions", "{position}", "Positions by outcome: accepted, or the reason of refusal.");
    readonly Counter<long> dutiesRead = Meter.CreateCounter<long>("tumpang.location.duties_read", "{driver}", "Duties read from Postgres because Redis had none or an old one.");
    readonly Counter<long> poolFailures = Meter.CreateCounter<long>("tumpang.location.pool_failures", "{call}", "Calls to Redis that failed; the next heartbeat heals what they missed.");

    readonly Counter<long> searches = Meter.CreateCounter<long>(
        "tumpang.location.searches", "{search}", "Nearby searches by where they were answered: memory, or redis while memory may be behind.");
    readonly Counter<long> mirrorsRebuilt = Meter.CreateCounter<long>(
        "tumpang.location.mirrors_rebuilt", "{mirror}", "Times at which the drivers of a city were read anew, by reason: start, lost (the thread), different.");
    readonly Counter<long> mirrorDifferences = Meter.CreateCounter<long>(
        "tumpang.location.mirror_differences", "{driver}", "Drivers who were not in memory as in Redis when both were compared.");

    public void Count(Tally tally)
    {
        foreach (var (outcome, count) in tally.Outcomes()) positions.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void CountDutiesRead(int drivers) => dutiesRead.Add(drivers);

    public void CountPoolFailure() => poolFailures.Add(1);

    public void CountSearch(bool inMemory) => searches.Add(1, new KeyValuePair<string, object?>("by", inMemory ? "memory" : "redis"));

    public void CountMirrorRebuilt(string reason) => mirrorsRebuilt.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void CountMirrorDifferences(int drivers) => mirrorDifferences.Add(drivers);
}
