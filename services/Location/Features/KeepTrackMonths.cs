using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// Makes room for this month's tracks and those of the two to come, and drops the months that nobody needs any more. A city whose clock ran into a month
/// without room would make it while it closes a track.
/// </summary>
sealed class KeepTrackMonths(Database database, CityClock clock, IOptions<LocationOptions> options) : ISweep
{
    const string Keep = """
        select location.create_track_month(@Now + make_interval(months => ahead)) from generate_series(0, 2) as ahead;

        select location.drop_track_months(@Before);
        """;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await database.Execute(Keep, new { Now = now, Before = now - options.Value.TracksKeptFor }, ct);
        return false;
    }
}
