using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>A driver may not be offered rides any more; a ride under way goes on.</summary>
sealed class OnDriverSuspended(DutyStore duties) : IEventHandler<DriverSuspended>
{
    const string Suspend = """
        update location.duties
        set    approved = false, online = false, queue_zone_id = null, queued_at = null, approval_version = @Version
        where  driver_id = @DriverId and approval_version < @Version
        """;

    public async Task Handle(DriverSuspended happened, Transaction transaction, CancellationToken ct)
    {
        await DutyStore.Lock(transaction, happened.DriverId, ct);
        var before = await DutyStore.Get(transaction, happened.DriverId, ct);
        if (await transaction.Execute(Suspend, new { happened.DriverId, happened.Version }, ct) > 0 && before.Online)
        {
            transaction.Publish(new DriverWentOffline(happened.DriverId, "Suspended") { OccurredAt = happened.OccurredAt, Version = before.Version });
        }

        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
