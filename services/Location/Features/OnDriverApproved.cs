using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>A driver may go online, with this class of vehicle. An approval older than what is known changes nothing.</summary>
sealed class OnDriverApproved(DutyStore duties) : IEventHandler<DriverApproved>
{
    const string Approve = """
        update location.duties
        set    approved = true, vehicle_class = @VehicleClass, approval_version = @Version
        where  driver_id = @DriverId and approval_version < @Version
        """;

    public async Task Handle(DriverApproved happened, Transaction transaction, CancellationToken ct)
    {
        await DutyStore.Lock(transaction, happened.DriverId, ct);
        await transaction.Execute(Approve, new { happened.DriverId, VehicleClass = happened.VehicleClass.ToString(), happened.Version }, ct);
        await duties.Announce(transaction, happened.DriverId, ct);
    }
}
