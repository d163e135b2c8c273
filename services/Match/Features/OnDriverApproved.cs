using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>Hears who may drive what. Events of one driver may come in any order: the highest version counts.</summary>
sealed class OnDriverApproved : IEventHandler<DriverApproved>
{
    const string Remember = """
        insert into match.drivers as known (driver_id, vehicle_type, vehicle_class, approved, version)
        values (@DriverId, @VehicleType, @VehicleClass, true, @Version)
        on conflict (driver_id) do update
        set    vehicle_type = excluded.vehicle_type, vehicle_class = excluded.vehicle_class, approved = true, version = excluded.version
        where  known.version < excluded.version
        """;

    public Task Handle(DriverApproved happened, Transaction transaction, CancellationToken ct) => transaction.Execute(
        Remember,
        new { happened.DriverId, VehicleType = happened.VehicleType.ToString(), VehicleClass = happened.VehicleClass.ToString(), happened.Version },
        ct);
}
