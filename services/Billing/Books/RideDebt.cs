using Tumpang.Billing.Rides;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// What a passenger owes for a ride: the fare that could not be charged, and charges that were taken back, less what was set off against them. match keeps one
/// debt per ride, so that whichever of them changes, the sum is told. Who tells has raised the ride's version before, and holds its row: nobody else counts
/// meanwhile.
/// </summary>
internal static class RideDebt
{
    /// <summary>
    /// Lost chargebacks with what is left of each: what was set off was set off against the oldest of the ride's fare, forgiven since or not. A where clause may
    /// follow that takes rides whole.
    /// </summary>
    public const string LostChargebacks = """
        select lost.ride_id, lost.currency, lost.lost_at, lost.forgiven_at,
               greatest(0, least(lost.amount_minor_units,
                   sum(lost.amount_minor_units) over (partition by lost.ride_id, lost.tip_id is null order by lost.lost_at, lost.dispute_id)
                   - (select coalesce(sum(amount_minor_units), 0) from billing.set_offs where ride_id = lost.ride_id and lost.tip_id is null)))::bigint
                   as left_minor_units
        from   billing.lost_chargebacks lost
        """;

    const string OwedFor = $"""
        select (select coalesce(sum(left_minor_units), 0) from ({LostChargebacks} where lost.ride_id = @RideId) as taken_back where forgiven_at is null)::bigint
             + (select coalesce(sum(greatest(0, total_minor_units - adjusted_minor_units - credited_minor_units - collected_minor_units)), 0)
                from billing.fare_settlements where ride_id = @RideId and settlement = 'Owed')::bigint
        """;

    /// <summary>Tells what is owed now, or that nothing is any more.</summary>
    /// <param name="changed">What was added or is gone; its currency is the debt's.</param>
    /// <param name="version">Of the ride.</param>
    public static async Task TellOfDebt(
        this Transaction tx, Guid rideId, Guid passengerId, Money changed, long version, DateTimeOffset now, CancellationToken ct)
    {
        var owed = await tx.Find<long>(OwedFor, new { RideId = rideId }, ct);
        tx.Publish(owed > 0
            ? new PassengerDebtIncurred(passengerId, rideId, changed with { MinorUnits = owed }) { OccurredAt = now, Version = version }
            : new PassengerDebtSettled(passengerId, rideId, changed) { OccurredAt = now, Version = version });
    }
}
