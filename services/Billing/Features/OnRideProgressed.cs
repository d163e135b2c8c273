using Tumpang.Billing.Fares;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>Runs the meter: what the ride would cost if it ended here. Shown, never owed; only the closed track is billed.</summary>
internal sealed class OnRideProgressed(FarePolicies policies) : IEventHandler<RideProgressed>
{
    const string Hear = """
        with heard as (
            update billing.rides
            set    version = version + 1, meter_version = @Version
            where  ride_id = @RideId and status = 'Open' and completed_at is null and cancelled_at is null and city_id is not null
              and  meter_version < @Version
            returning *
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideProgressed happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<RideBill>(Hear, new { happened.RideId, happened.Version }, ct) is not { } bill)
        {
            return;
        }

        var startedAt = happened.OccurredAt.AddSeconds(-happened.DurationSeconds);
        var policy = bill is { QuotePolicyId: { } policyId, QuotePolicyVersion: { } version }
            ? await policies.Get(policyId, version, ct)
            : await policies.GetCurrent(bill.CityId!, bill.VehicleClass!.Value, startedAt, ct);
        var fare = new Money(FareSoFar(bill, policy, happened, policies.PickupAt(policy.CityId, startedAt)), policy.Currency);
        transaction.Publish(new FareProgressed(happened.RideId, bill.PassengerId, bill.DriverId, fare, happened.DistanceMetres, happened.DurationSeconds)
        {
            OccurredAt = happened.OccurredAt,
            Version = bill.Version,
        });
    }

    static long FareSoFar(RideBill bill, FarePolicy policy, RideProgressed progress, LocalPickup pickup) => policy.Mode == PricingMode.Upfront
        ? bill.QuotedFareMinorUnits!.Value
        : policy.PriceOf(new(progress.DistanceMetres, progress.DurationSeconds, progress.SlowDistanceMetres, progress.SlowSeconds), pickup).Lowered(policy, bill.Quoted?.Promotion).MinorUnits;
}
