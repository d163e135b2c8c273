using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>billing has taken a fare, or a part of it, from the passenger's wallet; what it did not hold, a card pays.</summary>
internal sealed class OnWalletCharged(Outcomes outcomes) : IEventHandler<WalletCharged>
{
    public Task Handle(WalletCharged charged, Transaction tx, CancellationToken ct) => outcomes.RecordWalletCharge(tx, charged.AttemptId, charged.Amount, ct);
}
