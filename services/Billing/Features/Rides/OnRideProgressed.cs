using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>Runs the meter: what the ride would cost if it ended here. Shown, never owed; only the closed track is billed.</summary>
internal sealed class OnRideProgressed(FarePolicies policies) : IEventHandler<RideProgressed>
{
    const string Hear = """
        with heard as (
            update billing.rides
            set    version = version + 1, meter_version = @Version, driven_metres = @DistanceMetres, driven_seconds = @DurationSeconds,
                   driven_slow_metres = @SlowDistanceMetres, driven_slow_seconds = @SlowSeconds,
                   driven_to_latitude = @Latitude, driven_to_longitude = @Longitude
            where  ride_id = @RideId and status = 'Open' and completed_at is null and cancelled_at is null and city_id is not null
              and  meter_version < @Version
            returning *
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideProgressed happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<RideBill>(Hear, Row(happened), ct) is not { } bill)
        {
            return;
        }

        var startedAt = happened.OccurredAt.AddSeconds(-happened.DurationSeconds);
        var policy = bill is { QuotePolicyId: { } policyId, QuotePolicyVersion: { } version }
            ? await policies.Get(policyId, version, ct, transaction)
            : await policies.GetCurrent(bill.CityId!, bill.VehicleClass!.Value, startedAt, ct, transaction);
        var fare = new Money(FareSoFar(bill, policy, happened, policies.PickupAt(policy.CityId, startedAt)), policy.Currency);
        transaction.Publish(new FareProgressed(happened.RideId, bill.PassengerId, bill.DriverId, fare, happened.DistanceMetres, happened.DurationSeconds)
        {
            OccurredAt = happened.OccurredAt,
            Version = bill.Version,
        });
    }

    static object Row(RideProgressed happened) => new
    {
        happened.RideId,
        happened.Version,
        happened.DistanceMetres,
        happened.DurationSeconds,
        happened.SlowDistanceMetres,
        happened.SlowSeconds,
        happened.Position.Latitude,
        happened.Position.Longitude,
    };

    static long FareSoFar(RideBill bill, FarePolicy policy, RideProgressed progress, LocalPickup pickup)
    {
        if (policy.Mode == PricingMode.Upfront) return bill.PromisedMinorUnits;

        var quoted = bill.Quoted;
        var journey = new Journey(progress.DistanceMetres, progress.DurationSeconds, progress.SlowDistanceMetres, progress.SlowSeconds);
        return policy.PriceOf(journey.From(pickup) with { Surge = quoted?.Surge }).Lowered(policy, quoted?.Promotion).MinorUnits;
    }
}
