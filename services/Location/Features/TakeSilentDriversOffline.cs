using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>A phone that has been silent for half an hour has no driver behind it; unless they are on a ride, they are taken offline.</summary>
sealed class TakeSilentDriversOffline(Database database, DutyStore duties, CityClock clock, IOptions<LocationOptions> options) : ISweep
{
    const int BatchSize = 50;

    const string TakeOffline = """
        update location.duties d
        set    online = false, queue_zone_id = null, queued_at = null, version = d.version + 1
        from   (
            select driver_id from location.duties s
            where  online and seen_at < @SilentSince and not exists (
                select from location.rides r where r.driver_id = s.driver_id and r.completed_at is null and r.cancelled_at is null)
            order by seen_at limit @BatchSize
            for update skip locked) silent
        where  d.driver_id = silent.driver_id
        returning d.driver_id, d.version
        """;

    readonly DateTimeOffset listeningSince = clock.GetUtcNow();

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        // After an outage of ours everybody seems silent: they get the time of two heartbeats to be heard.
        if (now - listeningSince < 2 * options.Value.DutyBelievedFor) return false;

        await using var transaction = await database.Begin(ct);
        var silent = await transaction.List<SilentDriver>(TakeOffline, new { SilentSince = now - options.Value.OfflineAfter, BatchSize }, ct);
        foreach (var driver in silent)
        {
            transaction.Publish(new DriverWentOffline(driver.DriverId, "Silent") { OccurredAt = now, Version = driver.Version });
            await duties.Announce(transaction, driver.DriverId, ct);
        }

        await transaction.Commit(ct);
        return silent.Count == BatchSize;
    }

    sealed record SilentDriver(Guid DriverId, long Version);
}
