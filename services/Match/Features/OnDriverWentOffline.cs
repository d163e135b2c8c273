using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>A driver who went offline, or fell silent, will not answer: the open offer goes to the next one without waiting for its expiry.</summary>
sealed class OnDriverWentOffline(WithdrawFromDriver withdraw) : IEventHandler<DriverWentOffline>
{
    public Task Handle(DriverWentOffline happened, Transaction transaction, CancellationToken ct) =>
        withdraw.From(transaction, happened.DriverId, happened.OccurredAt, WithdrawnBecause.DriverWentOffline, ct);
}
