using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Keeps what the driver drives, so that passengers and those who wait for them know what to look out for.</summary>
sealed class OnDriverApproved : IEventHandler<DriverApproved>
{
    const string Save = """
        insert into ride.vehicles as known (driver_id, vehicle_type, plate, version) values (@DriverId, @VehicleType, @Plate, @Version)
        on conflict (driver_id) do update set vehicle_type = excluded.vehicle_type, plate = excluded.plate, version = excluded.version
        where  known.version < excluded.version
        """;

    public Task Handle(DriverApproved happened, Transaction transaction, CancellationToken ct) => happened.Plate is null
        ? Task.CompletedTask
        : transaction.Execute(Save, new { happened.DriverId, VehicleType = happened.VehicleType.ToString(), happened.Plate, happened.Version }, ct);
}
