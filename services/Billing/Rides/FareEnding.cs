using Tumpang.Billing.Books;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Rides;

/// <summary>How a fare stands. The last three are final.</summary>
internal enum Settlement { Pending, Owed, Settled, WrittenOff, Void }

/// <summary>The end of a fare, in whichever of the final ways payment told of it; the first one counts.</summary>
internal static class FareEnding
{
    const string EndOnce = """
        with fare as (
            update billing.fare_settlements
            set    settlement = @Settlement, settled_at = case when @Settlement = 'Settled' then @OccurredAt::timestamptz end, settled_by = @SettledBy
            where  ride_id = @RideId and settlement in ('Pending', 'Owed')
            returning ride_id, owed_since, greatest(0, total_minor_units - adjusted_minor_units - credited_minor_units - collected_minor_units) as left_minor_units
        )
        update billing.rides as ride
        set    version = version + 1
        from   fare
        where  ride.ride_id = fare.ride_id
        returning ride.ride_id, ride.version, fare.owed_since is not null as was_owed, fare.left_minor_units
        """;

    /// <summary>Null when the fare had ended before. Holds the fare's lock until the transaction ends.</summary>
    /// <param name="settledBy">How it was paid; null when it was not.</param>
    public static Task<EndedFare?> End(
        Transaction tx, Guid rideId, Settlement settlement, DateTimeOffset occurredAt, CancellationToken ct, PaymentMethodKind? settledBy = null) =>
        tx.Find<EndedFare>(
            EndOnce, new { RideId = rideId, Settlement = settlement.ToString(), OccurredAt = occurredAt, SettledBy = settledBy?.ToString() }, ct);
}

/// <summary>A fare that has just ended.</summary>
/// <param name="Version">Of the ride, for the event that may follow.</param>
/// <param name="WasOwed">The passenger was told that they owe it.</param>
/// <param name="LeftMinorUnits">What was to be paid: the fare after its adjustments, without the credit that was set off and the parts that were collected before.</param>
internal sealed record EndedFare(Guid RideId, long Version, bool WasOwed, long LeftMinorUnits)
{
    /// <summary>A debt that was told of is told to be gone, or what is left of it.</summary>
    public Task TellOfDebt(Transaction tx, Guid passengerId, Money amount, DateTimeOffset occurredAt, CancellationToken ct) =>
        WasOwed ? tx.TellOfDebt(RideId, passengerId, amount, Version, occurredAt, ct) : Task.CompletedTask;
}
