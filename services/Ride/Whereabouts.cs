using System.Collections.Concurrent;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Rides;

/// <summary>
/// Keeps where each ride was last heard of, and since when it is away from where it has stopped, and writes it once a second for all of them together.
/// A copy that dies takes its last second along; the next position brings it back.
/// </summary>
sealed class Whereabouts(Database database) : IEventListener<RideProgressed>, ISweep
{
    const string Save = """
        insert into ride.whereabouts as known (ride_id, position, heard_at, remaining_seconds)
        select ride_id, platform.point(latitude, longitude), heard_at, remaining_seconds
        from   unnest(@Ids, @Latitudes, @Longitudes, @Instants, @Remaining) as told (ride_id, latitude, longitude, heard_at, remaining_seconds)
        order  by ride_id
        on conflict (ride_id) do update set position = excluded.position, heard_at = excluded.heard_at, remaining_seconds = excluded.remaining_seconds
        where  known.heard_at < excluded.heard_at
        """;

    // Of a ride that stands at a place on the way: the first position elsewhere ends its wait, whether its driver says so or not.
    const string SaveAway = """
        with away as (
            select ride.ride_id, told.heard_at
            from   unnest(@Ids, @Latitudes, @Longitudes, @Instants) as told (ride_id, latitude, longitude, heard_at)
            join   ride.rides ride on ride.ride_id = told.ride_id
            where  ride.status = 'InProgress' and ride.stops is not null and ride.away_from_stop_at is null
            and    exists (
                select from jsonb_array_elements(ride.stops) stop
                where  stop ->> 'arrivedAt' is not null and stop ->> 'leftAt' is null and (stop ->> 'arrivedAt')::timestamptz < told.heard_at
                and    st_distance(
                    platform.point(told.latitude, told.longitude),
                    platform.point((stop #>> '{position,latitude}')::float8, (stop #>> '{position,longitude}')::float8)) > @AwayFromStopMetres)
            order  by ride.ride_id
            for    update of ride)
        update ride.rides ride
        set    away_from_stop_at = away.heard_at
        from   away
        where  ride.ride_id = away.ride_id
        """;

    readonly ConcurrentDictionary<Guid, RideProgressed> latest = new();

    public TimeSpan Every => TimeSpan.FromSeconds(1);

    public Task Hear(RideProgressed happened, CancellationToken ct)
    {
        latest.AddOrUpdate(happened.RideId, happened, (_, known) => Later(known, happened));
        return Task.CompletedTask;
    }

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var taken = latest.Keys.Select(id => latest.TryRemove(id, out var heard) ? heard : null).OfType<RideProgressed>().ToArray();
        if (taken.Length == 0)
        {
            return false;
        }

        try
        {
            await database.Execute(SaveAway, Parameters(taken), ct);
            await database.Execute(Save, Parameters(taken), ct);
            return false;
        }
        catch
        {
            foreach (var heard in taken)
            {
                latest.AddOrUpdate(heard.RideId, heard, (_, known) => Later(known, heard));
            }

            throw;
        }
    }

    static RideProgressed Later(RideProgressed one, RideProgressed other) => one.OccurredAt >= other.OccurredAt ? one : other;

    static object Parameters(RideProgressed[] taken) => new
    {
        Ids = taken.Select(heard => heard.RideId).ToArray(),
        Latitudes = taken.Select(heard => heard.Position.Latitude).ToArray(),
        Longitudes = taken.Select(heard => heard.Position.Longitude).ToArray(),
        Remaining = taken.Select(heard => heard.RemainingSeconds).ToArray(),
        Instants = taken.Select(heard => heard.OccurredAt).ToArray(),
        Ride.AwayFromStopMetres,
    };
}

/// <summary>Nobody asks where an ended ride was.</summary>
sealed class ForgetWhereabouts(Database database) : ISweep
{
    const string Forget = """
        delete from ride.whereabouts known
        using  ride.rides ride
        where  ride.ride_id = known.ride_id and ride.status in ('Completed', 'Cancelled') and ride.updated_at < now() - interval '1 hour'
        """;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await database.Execute(Forget, null, ct);
        return false;
    }
}
