using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// Prices rides whose deadline has passed with what is there: without a track the quote is the fare. Also catches the rare ride
/// whose last two events were handled at the same instant and did not see each other.
/// </summary>
internal sealed partial class FinaliseOverdueRides(
    Database database, RideBills bills, IOptions<BillingOptions> options, ILogger<FinaliseOverdueRides> logger) : ISweep
{
    /// <summary>Committed before the work: a ride that cannot be priced steps back and does not hold up the others.</summary>
    const string ClaimOne = """
        update billing.rides
        set    due_at = now() + interval '30 seconds'
        where  ride_id = (
            select   ride_id
            from     billing.rides
            where    status = 'Open' and due_at <= now()
            order by due_at
            limit    1
            for update skip locked)
        returning ride_id
        """;

    const string Lock = "select 1 from billing.rides where ride_id = @RideId and status = 'Open' for update";

    // A statement of its own, behind the lock: a quote that was stored meanwhile is seen, and nobody waits for one that was not.
    const string Read = """
        with heard as (
            select * from billing.rides where ride_id = @RideId and status = 'Open'
        )
        """ + RideBills.SelectHeard;

    public TimeSpan Every => options.Value.SweepInterval;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<Guid?>(ClaimOne, null, ct) is not { } rideId)
        {
            return false;
        }

        await using var transaction = await database.Begin(ct);
        await transaction.Execute(Lock, new { RideId = rideId }, ct);
        if (await transaction.Find<RideBill>(Read, new { RideId = rideId }, ct) is { } bill)
        {
            var priced = await bills.Conclude(bill, overdue: true, transaction, ct);
            await transaction.Commit(ct);
            Overdue(rideId, bill.TrackAcceptedPoints, priced);
        }

        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Ride {RideId} is overdue with {TrackPoints} points of track; priced: {Priced}")]
    partial void Overdue(Guid rideId, int? trackPoints, bool priced);
}
