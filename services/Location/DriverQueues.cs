using Microsoft.Extensions.Options;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Locations;

/// <summary>
/// The queues of drivers at airports and stations. Whoever is there with the beacon on is in the queue, and out of it after being elsewhere a few times in a
/// row: receivers lose themselves between terminals. Places are rows in Postgres and outlive a flush of Redis.
/// </summary>
sealed partial class DriverQueues(
    ZonesInForce zones, Database database, DutyStore duties, PositionPool pool, CityClock clock, IOptions<LocationOptions> options, ILogger<DriverQueues> logger)
{
    /// <summary>Of a duty d: the driver is waiting, and not on the way to a passenger or with one.</summary>
    const string IsFree = "not exists (select from location.rides r where r.driver_id = d.driver_id and r.completed_at is null and r.cancelled_at is null)";

    /// <summary>Ends a place that was taken before something happened. News of an earlier ride that comes late ends no new place.</summary>
    public const string LeaveWhenQueuedBefore = """
        update location.duties set queue_zone_id = null, queued_at = null
        where  driver_id = @DriverId and queued_at < @OccurredAt;

        """;

    const string Enter = """
        update location.duties set queue_zone_id = @ZoneId, queued_at = @Now
        where  driver_id = @DriverId and queue_zone_id is distinct from @ZoneId
        """;

    const string Leave = "update location.duties set queue_zone_id = null, queued_at = null where driver_id = @DriverId and queue_zone_id = @ZoneId";

    const string ListFirst = $"""
        select d.driver_id from location.duties d
        where  d.queue_zone_id = @ZoneId and d.vehicle_class = @VehicleClass and d.driver_id <> all(@Exclude) and d.seen_at >= @HeardSince and {IsFree}
        order  by d.queued_at, d.driver_id limit @Limit
        """;

    const string ListWaiting = $"""
        select d.driver_id, d.vehicle_class, d.queued_at, row_number() over (partition by d.vehicle_class order by d.queued_at, d.driver_id)::integer as rank
        from   location.duties d
        where  d.queue_zone_id = @ZoneId and {IsFree}
        order  by d.vehicle_class, rank limit @Limit
        """;

    const string FindPlace = $"""
        select d.queue_zone_id as zone_id, zone.name, zone.kind, d.queued_at, (
                   select count(*)::integer from location.duties ahead
                   where  ahead.queue_zone_id = d.queue_zone_id and ahead.vehicle_class = d.vehicle_class
                   and    (ahead.queued_at, ahead.driver_id) <= (d.queued_at, d.driver_id)
                   and    not exists (
                              select from location.rides r where r.driver_id = ahead.driver_id and r.completed_at is null and r.cancelled_at is null)) as rank
        from   location.duties d
        join   location.zones zone on zone.zone_id = d.queue_zone_id
        where  d.driver_id = @DriverId and {IsFree}
        """;

    /// <summary>The queue that a place belongs to; null where there is none.</summary>
    public Zone? At(string cityId, GeoPoint place) => zones.Now.Find(cityId, place, ZoneKind.Airport, ZoneKind.Station);

    /// <summary>
    /// Lets drivers into queues and out of them by where they are now. It must never cost a position: what fails is tried again with the next one.
    /// </summary>
    public async Task Follow(IReadOnlyList<(Placement Placement, int OutsidePings)> drivers, CancellationToken ct)
    {
        if (!zones.AreLoaded) return;

        foreach (var (placement, outsidePings) in drivers)
        {
            try
            {
                await Follow(placement, outsidePings, ct);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                NotFollowed(exception.Message);
            }
        }
    }

    /// <summary>The free drivers of a queue who were heard of lately, first come first.</summary>
    public async Task<IReadOnlyList<NearbyDriver>> First(
        Zone zone, VehicleClass vehicleClass, GeoPoint pickup, int limit, IReadOnlyCollection<Guid> exclude, CancellationToken ct)
    {
        var oldest = clock.GetUtcNow() - options.Value.OfferableFor;
        // Written about once a minute: coarse, but a row of dead phones must not hide the living behind them.
        var heardSince = oldest - (2 * options.Value.DutyBelievedFor);
        var waiting = await database.List<Guid>(
            ListFirst,
            new { zone.ZoneId, VehicleClass = vehicleClass.ToString(), Exclude = exclude.ToArray(), HeardSince = heardSince, Limit = limit }, ct);
        if (waiting.Count == 0) return [];

        var last = (await pool.Read(waiting.Select(driverId => (zone.CityId, driverId)))).Select(driver => driver.Last);
        return [.. waiting.Zip(last)
            .Where(driver => driver.Second?.At >= oldest)
            .Select((driver, index) => NearbyDriver.Of(driver.First, driver.Second!.Value, pickup) with { QueueRank = index + 1 })];
    }

    /// <summary>A driver's place; null when the driver is in no queue, or has been called out of it.</summary>
    public Task<QueuePlace?> PlaceOf(Guid driverId, CancellationToken ct) => database.Find<QueuePlace>(FindPlace, new { DriverId = driverId }, ct);

    /// <summary>Everybody who waits at a zone, by class and rank.</summary>
    public Task<IReadOnlyList<QueuedDriver>> Waiting(Guid zoneId, int limit, CancellationToken ct) =>
        database.List<QueuedDriver>(ListWaiting, new { ZoneId = zoneId, Limit = limit }, ct);

    async Task Follow(Placement placement, int outsidePings, CancellationToken ct)
    {
        var (city, duty, fix) = placement;
        if (!duty.IsAvailable) return;

        if (duty.CityId == city && At(city, fix.Position)?.ZoneId is { } here)
        {
            if (duty.QueueZoneId != here) await Change(Enter, duty.DriverId, here, ct);
            if (outsidePings > 0) await duties.Try(() => pool.ForgetOutsidePings(city, duty.DriverId));
        }
        else if (duty.QueueZoneId is { } left)
        {
            var pings = 0;
            await duties.Try(async () => pings = await pool.CountOutsidePing(city, duty.DriverId));
            if (pings >= options.Value.OutsidePingsToLeaveQueue) await Change(Leave, duty.DriverId, left, ct);
        }
    }

    async Task Change(string statement, Guid driverId, Guid zoneId, CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        var duty = await DutyStore.Lock(transaction, driverId, ct);
        // Read from Redis a moment ago; meanwhile the driver may have got a ride, or stopped.
        if (!duty.IsAvailable) return;

        await transaction.Execute(statement, new { DriverId = driverId, ZoneId = zoneId, Now = clock.GetUtcNow() }, ct);
        await duties.Announce(transaction, driverId, ct);
        await transaction.Commit(ct);
    }

    [LoggerMessage(LogLevel.Warning, "A driver was not let into or out of a queue: {Reason}")]
    partial void NotFollowed(string reason);
}

/// <summary>A driver's place in a queue.</summary>
/// <param name="Rank">From 1.</param>
sealed record QueuePlace(Guid ZoneId, string Name, ZoneKind Kind, DateTimeOffset QueuedAt, int Rank);

/// <summary>A driver who waits, as an operator sees it.</summary>
/// <param name="QueuedAt">City time.</param>
/// <param name="Rank">Among the drivers of the class, from 1.</param>
public sealed record QueuedDriver(Guid DriverId, VehicleClass VehicleClass, DateTimeOffset QueuedAt, int Rank);
