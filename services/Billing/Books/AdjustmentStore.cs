using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>The SQL that the adjustments' features share. The row of the fare's settlement is the lock: what is decided about it is decided one after the other.</summary>
internal static class AdjustmentStore
{
    const string LockFare = "select 1 from billing.fare_settlements where ride_id = @RideId for update";

    // A statement of its own, behind the lock: it must see what the holder before us committed.
    const string ReadFare = """
        select fare.fare_id, fare.ride_id, fare.passenger_id, fare.driver_id, fare.currency, paid.settlement, fare.total_minor_units, paid.adjusted_minor_units,
               coalesce(taken.proposed, 0) as proposed_minor_units, fare.driver_earning_minor_units - coalesce(taken.driver, 0) as driver_minor_units,
               fare.commission_minor_units - coalesce(taken.commission, 0) as commission_minor_units,
               fare.tax_minor_units - coalesce(taken.tax, 0) as tax_minor_units, fare.credited_minor_units, paid.settled_by,
               (select coalesce(sum((line ->> 'amountMinorUnits')::bigint), 0)::bigint
                from   jsonb_array_elements(fare.breakdown) as line
                where  line ->> 'code' = 'tip') as tip_minor_units
        from   billing.fare_settlements paid
        join   billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        cross  join lateral (
            select sum(amount_minor_units) filter (where status = 'Proposed')::bigint as proposed, sum(driver_minor_units)::bigint as driver,
                   sum(commission_minor_units)::bigint as commission, sum(tax_minor_units)::bigint as tax
            from   billing.adjustments
            where  ride_id = @RideId and status <> 'Rejected') as taken
        where  paid.ride_id = @RideId
        """;

    const string FindOne = """
        select adjustment_id, ride_id, amount_minor_units, born_by, reason, status, proposed_by, needs_second_operator
        from   billing.adjustments
        where  ride_id = @RideId and adjustment_id = @AdjustmentId
        """;

    const string Insert = """
        insert into billing.adjustments (
            adjustment_id, ride_id, amount_minor_units, currency, born_by, driver_minor_units, commission_minor_units, tax_minor_units, concession_minor_units,
            reason, status, proposed_by, proposed_at, needs_second_operator)
        values (@AdjustmentId, @RideId, @AmountMinorUnits, @Currency, @BornBy, 0, 0, 0, 0, @Reason, 'Proposed', @ProposedBy, @Now, @NeedsSecondOperator)
        """;

    const string MarkEffective = """
        update billing.adjustments
        set    status = 'Effective', driver_minor_units = @Driver, commission_minor_units = @Commission, tax_minor_units = @Tax,
               concession_minor_units = @Concession, tip_minor_units = @Tip, decided_by = @By, decided_at = @Now
        where  adjustment_id = @AdjustmentId
        """;

    const string TakeOff = """
        with fare as (
            update billing.fare_settlements set adjusted_minor_units = adjusted_minor_units + @AmountMinorUnits where ride_id = @RideId returning ride_id
        )
        update billing.rides ride set version = version + 1 from fare where ride.ride_id = fare.ride_id returning ride.version
        """;

    /// <summary>The fare of a ride, locked until the transaction ends; null when there is none.</summary>
    public static async Task<AdjustableFare?> LockAdjustableFare(this Transaction tx, Guid rideId, CancellationToken ct) =>
        await tx.Find<int?>(LockFare, new { RideId = rideId }, ct) is null ? null : await tx.Find<AdjustableFare>(ReadFare, new { RideId = rideId }, ct);

    /// <summary>Under the fare's lock.</summary>
    public static Task<Adjustment?> FindAdjustment(this Transaction tx, Guid rideId, Guid adjustmentId, CancellationToken ct) =>
        tx.Find<Adjustment>(FindOne, new { RideId = rideId, AdjustmentId = adjustmentId }, ct);

    public static Task Propose(this Transaction tx, Adjustment adjustment, string currency, DateTimeOffset now, CancellationToken ct) => tx.Execute(
        Insert,
        new
        {
            adjustment.AdjustmentId,
            adjustment.RideId,
            adjustment.AmountMinorUnits,
            Currency = currency,
            BornBy = adjustment.BornBy.ToString(),
            adjustment.Reason,
            adjustment.ProposedBy,
            adjustment.NeedsSecondOperator,
            Now = now,
        },
        ct);

    /// <summary>Takes it off the fare, posts it, and tells payment.</summary>
    public static async Task<Adjustment> MakeEffective(
        this Transaction tx, Adjustment adjustment, AdjustableFare fare, Guid by, DateTimeOffset now, CancellationToken ct)
    {
        var shares = fare.Divide(adjustment.AmountMinorUnits, adjustment.BornBy);
        await tx.Execute(
            MarkEffective,
            new { adjustment.AdjustmentId, shares.Driver, shares.Commission, shares.Tax, shares.Concession, shares.Tip, By = by, Now = now }, ct);
        var version = await tx.Find<long>(TakeOff, new { adjustment.AmountMinorUnits, adjustment.RideId }, ct);
        Ledger.Write(TransferOf(adjustment, shares, fare, now), tx);
        await GiveCredit(CreditSource.CashFare, fare.CashOf(adjustment.AmountMinorUnits));
        await GiveCredit(CreditSource.Returned, fare.ReturnedOf(adjustment.AmountMinorUnits));

        tx.Publish(new FareAdjusted(
            adjustment.AdjustmentId, fare.FareId, fare.RideId, fare.PassengerId, fare.DriverId, new(adjustment.AmountMinorUnits, fare.Currency),
            new(fare.TotalMinorUnits - fare.AdjustedMinorUnits - adjustment.AmountMinorUnits, fare.Currency))
        { OccurredAt = now, Version = version });
        return adjustment with { Status = AdjustmentStatus.Effective };

        Task GiveCredit(CreditSource source, long minorUnits) => minorUnits == 0
            ? Task.CompletedTask
            : PassengerCredits.Arise(new(fare.PassengerId, fare.Currency, source, adjustment.AdjustmentId, fare.RideId, minorUnits, now), tx, ct);
    }

    static LedgerTransfer TransferOf(Adjustment adjustment, AdjustmentShares shares, AdjustableFare fare, DateTimeOffset now) => new(
        $"adjustment:{adjustment.AdjustmentId}", TransferKind.Adjustment, fare.RideId, fare.Currency, now,
        [
            new(AccountKind.PassengerReceivable, fare.PassengerId, -adjustment.AmountMinorUnits),
            new(AccountKind.DriverPayable, fare.DriverId, shares.Driver),
            new(AccountKind.Commission, Guid.Empty, shares.Commission),
            new(AccountKind.Tax, Guid.Empty, shares.Tax),
            new(AccountKind.Concessions, Guid.Empty, shares.Concession),
        ]);
}
