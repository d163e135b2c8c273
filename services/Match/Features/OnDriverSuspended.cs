using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>A suspended driver gets no offers, and loses the open one.</summary>
sealed class OnDriverSuspended(WithdrawFromDriver withdraw) : IEventHandler<DriverSuspended>
{
    // A suspension may overtake the approval; then what the vehicle is does not matter, and the approval's lower version changes nothing.
    const string Remember = """
        insert into match.drivers as known (driver_id, vehicle_type, vehicle_class, approved, version)
        values (@DriverId, 'Car', 'Standard', false, @Version)
        on conflict (driver_id) do update set approved = false, version = excluded.version
        where  known.version < excluded.version
        """;

    public async Task Handle(DriverSuspended happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Execute(Remember, new { happened.DriverId, happened.Version }, ct) > 0)
        {
            await withdraw.From(transaction, happened.DriverId, happened.OccurredAt, WithdrawnBecause.DriverSuspended, ct);
        }
    }
}
