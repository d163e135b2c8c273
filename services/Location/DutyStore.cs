using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>The duty rows, and the order in which their changes reach Redis.</summary>
sealed partial class DutyStore(Database database, PositionPool pool, Cities cities, LocationMetrics metrics, ILogger<DutyStore> logger)
{
    /// <summary>Busy and track follow from the rides, so they cannot disagree with them.</summary>
    const string SelectDuties = """
        select d.driver_id, d.approved, d.online, d.city_id, d.vehicle_class, busy.ride_id, track.ride_id as track_ride_id, d.queue_zone_id, d.version
        from location.duties d
        left join lateral (
            select r.ride_id from location.rides r
            where  r.driver_id = d.driver_id and r.completed_at is null and r.cancelled_at is null
            order by r.started_at, r.matched_at limit 1) busy on true
        left join lateral (
            select r.ride_id from location.rides r
            where  r.driver_id = d.driver_id and r.started_at is not null and r.closed_at is null and r.cancelled_at is null
            order by r.started_at limit 1) track on true
        where d.driver_id = any(@DriverIds)
        """;

    /// <summary>
    /// Locks the driver's row, creates it if need be, and raises its version. First in every change of duty or rides, and in the same
    /// round trip as the next statement.
    /// </summary>
    public const string LockDutyThen = """
        insert into location.duties (driver_id) values (@DriverId)
        on conflict (driver_id) do update set version = location.duties.version + 1;

        """;

    /// <summary>A sign of life must not wait for a change of the same row, nor two calls for each other.</summary>
    const string MarkSeen = """
        update location.duties set seen_at = @Now
        where driver_id in (select driver_id from location.duties where driver_id = any(@DriverIds) and online for no key update skip locked)
        """;

    /// <summary>The duties of drivers who have just been heard of. Drivers without a row are off duty.</summary>
    public async Task<IReadOnlyDictionary<Guid, Duty>> Heard(Guid[] driverIds, DateTimeOffset now, CancellationToken ct)
    {
        await database.Execute(MarkSeen, new { DriverIds = driverIds, Now = now }, ct);
        var rows = await database.List<DutyRow>(SelectDuties, new { DriverIds = driverIds }, ct);
        metrics.CountDutiesRead(driverIds.Length);
        return rows.ToDictionary(row => row.DriverId, row => row.ToDuty());
    }

    /// <summary>The driver's duty, its row locked and its version raised.</summary>
    public static async Task<Duty> Lock(Transaction transaction, Guid driverId, CancellationToken ct) =>
        (await transaction.Find<DutyRow>(LockDutyThen + SelectDuties, new { DriverId = driverId, DriverIds = new[] { driverId } }, ct))!.ToDuty();

    /// <summary>The duty as this transaction sees it.</summary>
    public static async Task<Duty> Get(Transaction transaction, Guid driverId, CancellationToken ct)
    {
        var row = await transaction.Find<DutyRow>(SelectDuties, new { DriverIds = new[] { driverId } }, ct);
        return row?.ToDuty() ?? new Duty(driverId, false, false, null, null, null, null, null, 0);
    }

    /// <summary>
    /// Tells Redis what this transaction made of a duty: who becomes unavailable is withdrawn before the commit, who becomes available
    /// comes back only after it. Redis may be down; then there is nobody to find, and the next position asks Postgres.
    /// </summary>
    /// <param name="seen">Where the driver was just now, when the change says so: who is free again can be found there at once.</param>
    public async Task Announce(Transaction transaction, Guid driverId, CancellationToken ct, Fix? seen = null)
    {
        var duty = await Get(transaction, driverId, ct);
        if (duty.CityId is not { } city) return;
        if (!duty.IsAvailable) await Try(() => pool.Withdraw(city, duty));
        transaction.OnCommitted(() => _ = Try(() => Tell(city, duty, seen)));
    }

    async Task Tell(string city, Duty duty, Fix? seen)
    {
        await pool.Remember(city, duty);
        if (seen is { } fix && cities.At(fix.Position)?.Id == city) await pool.Place([new Placement(city, duty, fix)]);
    }

    /// <summary>Runs a step on Redis that may fail without harm.</summary>
    public async Task Try(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            metrics.CountPoolFailure();
            PoolUnavailable(exception.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The pool in Redis was not updated: {Reason}")]
    partial void PoolUnavailable(string reason);

    sealed record DutyRow(
        Guid DriverId, bool Approved, bool Online, string? CityId, string? VehicleClass, Guid? RideId, Guid? TrackRideId, Guid? QueueZoneId, long Version)
    {
        public Duty ToDuty() => new(
            DriverId, Approved, Online, CityId, VehicleClass is null ? null : Enum.Parse<VehicleClass>(VehicleClass), RideId, TrackRideId, QueueZoneId, Version);
    }
}
