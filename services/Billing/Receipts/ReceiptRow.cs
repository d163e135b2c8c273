using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Receipts;

/// <summary>A fare as its receipt needs it, and the making of the receipt from it. Pure.</summary>
internal sealed class ReceiptRow
{
    public const string OfRide = """
        select ride.ride_id, ride.passenger_id, ride.driver_id, fare.fare_id, fare.kind, fare.currency, fare.total_minor_units, fare.commission_minor_units,
               fare.driver_earning_minor_units, fare.tax_minor_units - adjusted.tax_minor_units as tax_left_minor_units, fare.tax_minor_units,
               fare.distance_metres, fare.duration_seconds, fare.promotion_minor_units, fare.breakdown, paid.settlement, fare.payment_method_kind,
               paid.settled_by, fare.finalised_at, fare.policy_id, fare.policy_version, policy.name as policy_name, policy.city_id, policy.vehicle_class,
               ride.started_at, coalesce(ride.completed_at, ride.cancelled_at) as ended_at, given.minor_units as given_minor_units,
               refused.name as promotion_not_applied, plan.name as subscription
        from   billing.rides ride
        left   join billing.fare_settlements paid on paid.ride_id = ride.ride_id
        left   join billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        left   join billing.fare_policies policy on (policy.policy_id, policy.version) = (fare.policy_id, fare.policy_version)
        left   join billing.driver_subscriptions subscription on subscription.subscription_id = fare.subscription_id
        left   join billing.subscription_plans plan on plan.plan_id = subscription.plan_id
        left   join billing.promotion_uses use on use.quote_id = ride.quote_id and use.status = 'BeyondLimit'
        left   join billing.promotions refused on refused.promotion_id = use.promotion_id
        cross  join lateral (
            select coalesce(sum(tax_minor_units), 0)::bigint as tax_minor_units
            from   billing.adjustments
            where  ride_id = ride.ride_id and status = 'Effective') as adjusted
        cross  join lateral (
            select coalesce(-sum(entry.amount_minor_units), 0)::bigint as minor_units
            from   billing.ledger_transfers transfer
            join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join   billing.ledger_accounts account on account.account_id = entry.account_id and account.kind = 'DriverPayable'
            where  transfer.ride_id = ride.ride_id and transfer.kind = 'Tip') as given
        where  ride.ride_id = @RideId
        """;

    /// <summary>What the ride moved on the accounts of one of its sides, after the fare itself.</summary>
    public const string Movements = """
        select   transfer.kind, transfer.occurred_at, sum(entry.amount_minor_units)::bigint as amount_minor_units
        from     billing.ledger_transfers transfer
        join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
        join     billing.ledger_accounts account on account.account_id = entry.account_id
        where    transfer.ride_id = @RideId and transfer.kind <> 'Fare' and account.kind = any(@Accounts) and account.party_id = @PartyId
        group by transfer.transfer_id, transfer.kind, transfer.occurred_at
        order by transfer.occurred_at, min(entry.entry_id)
        """;

    public Guid RideId { get; init; }
    public Guid PassengerId { get; init; }
    public Guid? DriverId { get; init; }
    public Guid? FareId { get; init; }
    public FareKind Kind { get; init; }
    public string Currency { get; init; } = "";
    public long TotalMinorUnits { get; init; }
    public long CommissionMinorUnits { get; init; }
    public long DriverEarningMinorUnits { get; init; }
    public long TaxMinorUnits { get; init; }
    public long TaxLeftMinorUnits { get; init; }
    public long PromotionMinorUnits { get; init; }
    public int DistanceMetres { get; init; }
    public int DurationSeconds { get; init; }
    public string Breakdown { get; init; } = "[]";
    public string Settlement { get; init; } = "";
    public string PaymentMethodKind { get; init; } = "";
    public string? SettledBy { get; init; }
    public DateTimeOffset FinalisedAt { get; init; }
    public Guid PolicyId { get; init; }
    public int PolicyVersion { get; init; }
    public string PolicyName { get; init; } = "";
    public string CityId { get; init; } = "";
    public VehicleClass VehicleClass { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public long GivenMinorUnits { get; init; }
    public string? PromotionNotApplied { get; init; }
    public string? Subscription { get; init; }

    /// <summary>Which side of the ride a user is on; null for neither.</summary>
    public ReceiptFor? SideOf(Guid userId) =>
        userId == PassengerId ? ReceiptFor.Passenger : userId == DriverId ? ReceiptFor.Driver : null;

    /// <summary>The receipt of that side.</summary>
    /// <param name="movements">Debits positive, in the order of the books.</param>
    public Receipt ToReceipt(ReceiptFor side, IReadOnlyList<MovementRow> movements)
    {
        // A passenger owes what is debited to them; a driver is owed what is credited.
        var sign = side is ReceiptFor.Passenger ? 1 : -1;
        var moved = movements.Select(row => new ReceiptMovement(row.Kind, In(sign * row.AmountMinorUnits), row.OccurredAt)).ToList();
        var adjustments = moved.Where(each => each.Kind == nameof(TransferKind.Adjustment)).ToList();
        var others = moved.Except(adjustments).ToList();
        var lines = side is ReceiptFor.Passenger ? JsonSerializer.Deserialize<List<FareLine>>(Breakdown, Json.Options)! : PartsOfDriver();
        var total = lines.Sum(line => line.AmountMinorUnits);
        var result = total + adjustments.Sum(each => each.Amount.MinorUnits);
        return new(
            side, RideId, FareId!.Value, Kind, CityId, VehicleClass, FinalisedAt, StartedAt, EndedAt, DistanceMetres, DurationSeconds,
            new(PolicyId, PolicyVersion, PolicyName), FareLineView.Of(lines, Currency), In(total), adjustments, In(result), In(TaxLeftMinorUnits), others,
            In(result + others.Sum(each => each.Amount.MinorUnits)), Settlement, SettledBy ?? PaymentMethodKind,
            GivenMinorUnits == 0 ? null : In(GivenMinorUnits), side is ReceiptFor.Passenger && Kind is FareKind.Ride ? PromotionNotApplied : null,
            side is ReceiptFor.Driver ? Subscription : null);
    }

    /// <summary>The fare without what a promotion took off it, which is not the driver's loss, and what is kept of it.</summary>
    List<FareLine> PartsOfDriver() =>
    [
        new("fare", TotalMinorUnits + PromotionMinorUnits),
        .. TaxMinorUnits == 0 ? [] : new[] { new FareLine("tax", -TaxMinorUnits) },
        .. CommissionMinorUnits == 0 ? [] : new[] { new FareLine("commission", -CommissionMinorUnits) },
    ];

    Money In(long minorUnits) => new(minorUnits, Currency);
}

/// <summary>An entry of the books.</summary>
internal sealed record MovementRow(string Kind, DateTimeOffset OccurredAt, long AmountMinorUnits);
