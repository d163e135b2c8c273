using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Tells of rides under way of which nothing is heard any more, once per silence.</summary>
sealed class AlertSilentRides(Database database, CityClock clock, IOptions<RideOptions> rules, RideMetrics metrics) : ISweep
{
    /// <summary>Behind it stands what each ride under way was last heard of.</summary>
    public const string Heard = """
        with heard as (
            select ride.ride_id,
                   greatest(ride.assigned_at, ride.arrived_at, ride.started_at, known.heard_at,
                       (select max(step.at) from ride.on_the_way step where step.ride_id = ride.ride_id)) as last_heard_at,
                   st_y(known.position::geometry) as latitude, st_x(known.position::geometry) as longitude
            from   ride.rides ride left join ride.whereabouts known on known.ride_id = ride.ride_id
            where  ride.status in ('DriverAssigned', 'DriverArrived', 'InProgress'))
        """;

    const string Note = Heard + """

        update ride.rides ride
        set    silent_since = heard.last_heard_at, silence_told_at = @Now
        from   heard
        where  ride.ride_id = heard.ride_id and ride.silent_since is null and heard.last_heard_at < @Before
        and    ride.status in ('DriverAssigned', 'DriverArrived', 'InProgress')
        returning ride.ride_id, ride.passenger_id, ride.driver_id, ride.city_id, ride.status, ride.version, heard.last_heard_at, heard.latitude, heard.longitude
        """;

    const string Resume = Heard + """

        update ride.rides ride
        set    silent_since = null, silence_told_at = null
        from   heard
        where  ride.ride_id = heard.ride_id and ride.silent_since is not null and heard.last_heard_at >= @Before
        """;

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var before = new { Now = now, Before = now - rules.Value.SilentAfter };
        await using var transaction = await database.Begin(ct);
        await transaction.Execute(Resume, before, ct);
        var silent = await transaction.List<Row>(Note, before, ct);
        foreach (var ride in silent)
        {
            transaction.Publish(ride.FellSilent(now));
        }

        await transaction.Commit(ct);
        metrics.FellSilent(silent.Count);
        return false;
    }

    sealed record Row(
        Guid RideId, Guid PassengerId, Guid DriverId, string CityId, string Status, long Version, DateTimeOffset LastHeardAt,
        double? Latitude, double? Longitude)
    {
        public RideFellSilent FellSilent(DateTimeOffset now) => new(
            RideId, PassengerId, DriverId, CityId, Enum.Parse<RideStatus>(Status), LastHeardAt,
            Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null)
        { OccurredAt = now, Version = Version };
    }
}
