using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>That ride is paid for; the passenger may travel again.</summary>
sealed class OnPassengerDebtSettled : IEventHandler<PassengerDebtSettled>
{
    public Task Handle(PassengerDebtSettled happened, Transaction transaction, CancellationToken ct) =>
        transaction.RememberDebt(happened.RideId, happened.PassengerId, happened.Amount, settled: true, happened.Version, ct);
}
