using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// Ends rides whose silence has lasted, and was told of long enough ago for somebody to have looked, so that nobody is kept from the next ride: cancelled
/// at nobody's expense if the passenger was not yet in the vehicle, else completed when and where it was last heard of.
/// </summary>
sealed class CloseSilentRides(Database database, CityClock clock, IOptions<RideOptions> rules, RideMetrics metrics) : ISweep
{
    const string Reason = "silent";

    /// <summary>
    /// One ride per transaction: one that cannot be closed keeps no other open. After an outage all rides are silent for long at once, and nobody has been
    /// told: they have the same time from then on. Copies from before did not say when they told.
    /// </summary>
    const string TakeOne = AlertSilentRides.Heard + """

        select ride.ride_id, heard.last_heard_at, heard.latitude, heard.longitude
        from   ride.rides ride join heard on heard.ride_id = ride.ride_id
        where  ride.silent_since is not null and ride.status in ('DriverAssigned', 'DriverArrived', 'InProgress') and heard.last_heard_at < @Before
        and    coalesce(ride.silence_told_at, ride.silent_since) <= @ToldBefore
        order  by heard.last_heard_at
        limit  1
        for    update of ride skip locked
        """;

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Begin(ct);
        var due = new { Before = now - rules.Value.ClosedAfter, ToldBefore = now - rules.Value.TimeToLook };
        if (await transaction.Find<Row>(TakeOne, due, ct) is not { } silent)
        {
            return false;
        }

        var ride = await RideStore.Find(transaction, silent.RideId, ct);
        if (!await Close(ride!, silent, now, transaction, ct))
        {
            return false;
        }

        await transaction.Commit(ct);
        metrics.Closed(1);
        return true;
    }

    async Task<bool> Close(Ride ride, Row silent, DateTimeOffset now, Transaction transaction, CancellationToken ct) =>
        ride.Status is RideStatus.InProgress
            ? ride.CompleteSilent(silent.Position, silent.LastHeardAt, now).Event is { } completed
                && await CompleteRide.Save(completed, new(ride.Status, RideStatus.Completed, Party.System, Reason), transaction, ct)
            : ride.Cancel(Party.System, Reason, rules.Value, now).Event is { } cancelled && await CancelRide.Save(cancelled, transaction, ct);

    sealed record Row(Guid RideId, DateTimeOffset LastHeardAt, double? Latitude, double? Longitude)
    {
        public GeoPoint? Position => Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null;
    }
}
