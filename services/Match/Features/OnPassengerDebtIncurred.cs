using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>The passenger owes for a ride: no new request until that is settled.</summary>
sealed class OnPassengerDebtIncurred : IEventHandler<PassengerDebtIncurred>
{
    public Task Handle(PassengerDebtIncurred happened, Transaction transaction, CancellationToken ct) =>
        transaction.RememberDebt(happened.RideId, happened.PassengerId, happened.Amount, settled: false, happened.Version, ct);
}
