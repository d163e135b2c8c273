using System.Diagnostics.Metrics;

namespace Tumpang.Locations;

/// <summary>What an operator watches: positions by outcome, and the copies of duty that had to be read again.</summary>
sealed class LocationMetrics
{
    static readonly Meter Meter = new("Tumpang.Location");

    readonly Counter<long> positions = Meter.CreateCounter<long>("tumpang.location.positions", "{position}", "Positions by outcome: accepted, or the reason of refusal.");
    readonly Counter<long> dutiesRead = Meter.CreateCounter<long>("tumpang.location.duties_read", "{driver}", "Duties read from Postgres because Redis had none or an old one.");
    readonly Counter<long> poolFailures = Meter.CreateCounter<long>("tumpang.location.pool_failures", "{call}", "Calls to Redis that failed; the next heartbeat heals what they missed.");

    public void Count(Tally tally)
    {
        foreach (var (outcome, count) in tally.Outcomes()) positions.Add(count, new KeyValuePair<string, object?>("outcome", outcome));
    }

    public void CountDutiesRead(int drivers) => dutiesRead.Add(drivers);

    public void CountPoolFailure() => poolFailures.Add(1);
}
