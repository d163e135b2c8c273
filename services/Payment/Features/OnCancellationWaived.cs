using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>A ride ended and costs nothing: what is held for it is let go of. May be heard before the ride itself, which then holds nothing.</summary>
internal sealed class OnCancellationWaived(Authorisations authorisations) : IEventHandler<CancellationWaived>
{
    const string InsertOnce = "insert into payment.waived_rides (ride_id, waived_at) values (@RideId, @OccurredAt) on conflict do nothing";

    public async Task Handle(CancellationWaived waived, Transaction tx, CancellationToken ct)
    {
        await tx.LockRideOfFare(waived.RideId, ct);
        if (await tx.Execute(InsertOnce, new { waived.RideId, waived.OccurredAt }, ct) == 1)
        {
            await authorisations.ReleaseOf(tx, waived.RideId, ct);
        }
    }
}
