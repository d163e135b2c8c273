using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>The wallet did not pay: the card behind it does, or the passenger owes.</summary>
internal sealed class OnWalletChargeRefused(Outcomes outcomes) : IEventHandler<WalletChargeRefused>
{
    public Task Handle(WalletChargeRefused refused, Transaction tx, CancellationToken ct) =>
        outcomes.RecordDecline(tx, refused.AttemptId, new(null, new(refused.Code, IsSoft: false)), ct);
}
