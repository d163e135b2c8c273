using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>Closes completed tracks whose grace is over. Due dates are rows, so a restart loses none.</summary>
sealed class CloseDueTracks(Database database, CloseTrack close, CityClock clock) : ISweep
{
    const int BatchSize = 50;

    const string FindDue = """
        select ride_id, driver_id from location.rides
        where  due_at <= @Now and closed_at is null and cancelled_at is null
        order  by due_at
        limit  @BatchSize
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(200);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var due = await database.List<DueTrack>(FindDue, new { Now = now, BatchSize }, ct);
        foreach (var track in due) await close.Now(track.RideId, track.DriverId, now, ct);
        return due.Count == BatchSize;
    }

    sealed record DueTrack(Guid RideId, Guid DriverId);
}
