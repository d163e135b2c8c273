using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>Deletes the single positions of rides that ended long enough ago; their lines stay.</summary>
sealed class ForgetTrackPoints(Database database, CityClock clock, IOptions<LocationOptions> options) : ISweep
{
    const int BatchSize = 100;

    const string Forget = """
        with old as (
            select ride_id from location.rides
            where  points_kept and coalesce(closed_at, cancelled_at) < @Before
            order  by coalesce(closed_at, cancelled_at)
            limit  @BatchSize
            for no key update skip locked),
        forgotten as (
            delete from location.track_points p using old where p.ride_id = old.ride_id)
        update location.rides r set points_kept = false from old where r.ride_id = old.ride_id
        """;

    public TimeSpan Every => TimeSpan.FromSeconds(10);

    public async Task<bool> Sweep(CancellationToken ct) =>
        await database.Execute(Forget, new { Before = clock.GetUtcNow() - options.Value.TrackPointsKeptFor, BatchSize }, ct) == BatchSize;
}
