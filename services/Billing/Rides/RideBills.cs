using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Rides;

/// <summary>
/// Where every event about a ride ends: the handler writes down what it heard and comes here with the row, locked; whoever
/// comes last finds everything there and prices the ride. The row's lock makes that exactly one, the unique fare guards it.
/// </summary>
internal sealed class RideBills(FarePolicies policies, ZonesInForce zones, BillingMetrics metrics, CityClock clock)
{
    /// <summary>Behind a statement named heard that returns rows of billing.rides: reads the bill.</summary>
    public const string SelectHeard = $"""

        select heard.ride_id, heard.passenger_id, heard.driver_id, heard.status, heard.version, coalesce(heard.city_id, quote.city_id) as city_id,
               coalesce(heard.vehicle_class, quote.vehicle_class) as vehicle_class,
               coalesce(heard.quoted_fare_minor_units, quote.fare_minor_units) as quoted_fare_minor_units,
               heard.payment_method_id, heard.payment_method_kind, heard.tip_minor_units, heard.started_at, heard.completed_at, heard.fare_factor_basis_points,
               heard.track_distance_metres, heard.track_duration_seconds, heard.track_slow_seconds, heard.track_slow_distance_metres,
               heard.track_accepted_points, heard.cancelled_at, heard.cancelled_by, heard.cancellation_phase, heard.cancel_reason,
               heard.assigned_at, heard.arrived_at, heard.queued, heard.matched_quote_id,
               quote.policy_id as quote_policy_id, quote.policy_version as quote_policy_version, quote.distance_metres as quote_distance_metres,
               quote.duration_seconds as quote_duration_seconds, quote.breakdown as quote_breakdown, quote.inputs as quote_inputs, quote.quote_id,
               exists (select from billing.promotion_uses use where use.quote_id = quote.quote_id and use.status = 'BeyondLimit') as promotion_beyond_limit,
               heard.waited_seconds, heard.stops, heard.waited_at_stops, heard.pickup_metres, heard.track_polyline, {PassengerCredits.Exist} as has_credit,
               {SubscriptionStore.CoversHeard} as subscription_id,
               st_y(heard.drop_off::geometry) as drop_off_latitude, st_x(heard.drop_off::geometry) as drop_off_longitude,
               st_y(quote.pickup::geometry) as quote_pickup_latitude, st_x(quote.pickup::geometry) as quote_pickup_longitude,
               st_y(quote.drop_off::geometry) as quote_drop_off_latitude, st_x(quote.drop_off::geometry) as quote_drop_off_longitude
        from   heard
        left   join billing.quotes quote on quote.quote_id = heard.quote_id
        """;

    const string MarkFree = """
        update billing.rides
        set    status = 'Free', driver_fee_minor_units = @DriverFee, due_at = null, version = version + 1
        where  ride_id = @RideId and status = 'Open'
        """;

    const string MarkCharged = "update billing.rides set status = 'Charged', due_at = null, version = version + 1 where ride_id = @RideId and status = 'Open'";

    const string WriteFare = """
        insert into billing.fares (
            fare_id, ride_id, kind, basis, passenger_id, driver_id, policy_id, policy_version, currency, distance_metres, duration_seconds, full_minor_units,
            fare_factor_basis_points, total_minor_units, commission_minor_units, driver_earning_minor_units, tax_minor_units, promotion_minor_units,
            credited_minor_units, breakdown, inputs, payment_method_id, payment_method_kind, subscription_id, finalised_at, booked_at)
        values (
            @FareId, @RideId, @Kind, @Basis, @PassengerId, @DriverId, @PolicyId, @PolicyVersion, @Currency, @DistanceMetres, @DurationSeconds, @Full,
            @FactorBasisPoints, @Total, @Commission, @DriverEarning, @Tax, @Promotion, @Credited, @Breakdown::jsonb, @Inputs::jsonb,
            @PaymentMethodId, @PaymentMethodKind, @SubscriptionId, @FinalisedAt, billing.open_for(@FinalisedAt))
        """;

    /// <summary>Prices the ride when it can be. False when it must wait.</summary>
    /// <param name="overdue">The deadline has passed: what is missing is done without.</param>
    public async Task<bool> Conclude(RideBill bill, bool overdue, Transaction transaction, CancellationToken ct)
    {
        if (!bill.IsReady(overdue))
        {
            return false;
        }

        var policy = await PolicyOf(bill, ct, transaction);
        if (bill.Conclude(policy, policies.PickupAt(policy.CityId, bill.PricedAt), clock.GetUtcNow(), ZonesMet(bill, policy)) is { } fare)
        {
            var funded = fare.Inputs.Promotion is not null && await PromotionUses.IsFunded(bill.QuoteId!.Value, transaction, ct);
            // The promotion before the ledger, as when a quote is reserved and priced in one transaction: nobody waits in a circle.
            if (fare.Inputs.Promotion is not null) PromotionUses.Consume(bill.QuoteId!.Value, bill.RideId, fare.Shares.Promotion, transaction);
            if (bill.HasCredit) fare = await SetOffCredit(fare, transaction, ct);
            Write(fare, funded, transaction);
            transaction.Publish(fare.Finalised(bill.Version + 1));
            transaction.OnCommitted(() => metrics.CountFare(fare.Basis));
        }
        else
        {
            Waive(bill, policy, clock.GetUtcNow(), transaction);
        }

        return true;
    }

    /// <summary>The passenger owes nothing; the driver may.</summary>
    static void Waive(RideBill bill, FarePolicy policy, DateTimeOffset now, Transaction transaction)
    {
        var driverFee = bill.DriverFeeMinorUnits(policy);
        transaction.Later(MarkFree, new { bill.RideId, DriverFee = driverFee });
        Ledger.Write(DriverCancellation.Of(bill, new(driverFee ?? 0, policy.Currency), now), transaction);
        transaction.Publish(new CancellationWaived(bill.RideId, bill.PassengerId, bill.DriverId) { OccurredAt = now, Version = bill.Version + 1 });
    }

    static async Task<Fare> SetOffCredit(Fare fare, Transaction transaction, CancellationToken ct) => fare with
    {
        CreditedMinorUnits = await PassengerCredits.Use(
            fare.PassengerId, fare.Currency, fare.Shares.Total, fare.RideId, fare.FinalisedAt, transaction, ct),
    };

    IReadOnlyList<ZoneMet> ZonesMet(RideBill bill, FarePolicy policy)
    {
        if (policy.ZoneFees.Count > 0 && !zones.AreLoaded) throw new TimeoutException("The zones are still being loaded.");

        return ZonesOnTheWay.Of(policy, zones.Now, bill.QuotePickup, bill.DropOff ?? bill.QuoteDropOff, () => EncodedPolyline.Decode(bill.TrackPolyline ?? ""));
    }

    /// <summary>The tariff of a ride: the one of its quote, or what is in force when the quote is not known.</summary>
    public Task<FarePolicy> PolicyOf(RideBill bill, CancellationToken ct, Transaction? tx = null) =>
        bill is { QuotePolicyId: { } policyId, QuotePolicyVersion: { } version }
            ? policies.Get(policyId, version, ct, tx)
            : policies.GetCurrent(bill.CityId!, bill.VehicleClass!.Value, bill.PricedAt, ct, tx);

    static void Write(Fare fare, bool funded, Transaction transaction)
    {
        transaction.Later(MarkCharged, new { fare.RideId });
        transaction.Later(WriteFare, fare.Parameters());
        if (fare.Shares.Total + fare.Shares.Promotion != 0)
        {
            Ledger.Write(fare.Transfer(funded), transaction);
            Ledger.Write(fare.SetOff(), transaction);
        }
    }
}
