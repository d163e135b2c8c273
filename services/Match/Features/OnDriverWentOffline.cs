using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>A driver who went offline, or fell silent, will not answer: the open offer goes to the next one without waiting for its expiry.</summary>
sealed class OnDriverWentOffline(WithdrawFromDriver withdraw) : IEventHandler<DriverWentOffline>
{
    // Who is offline does not wait for passengers.
    const string IsNotIdle = "update match.driver_records set free_since = null where driver_id = @DriverId and free_since <= @OccurredAt";

    // The ride that is being driven is the last one.
    const string IsNotSoonFree = "update match.busy_parties set free_at = null, free_where = null where user_id = @DriverId and role = 'Driver'";

    const string ClearDestination = "delete from match.driver_destinations where driver_id = @DriverId and set_at <= @OccurredAt";

    public Task Handle(DriverWentOffline happened, Transaction transaction, CancellationToken ct)
    {
        transaction.Later(IsNotIdle, new { happened.DriverId, happened.OccurredAt });
        transaction.Later(IsNotSoonFree, new { happened.DriverId });
        transaction.Later(ClearDestination, new { happened.DriverId, happened.OccurredAt });
        return withdraw.From(transaction, happened.DriverId, happened.OccurredAt, WithdrawnBecause.DriverWentOffline, ct);
    }
}
