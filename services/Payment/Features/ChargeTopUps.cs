using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Charges cards for what goes into wallets.</summary>
internal sealed class ChargeTopUps(
    PaymentProviders providers, CardTokens tokens, TopUps topUps, Database database, Inquiry inquiry, Signal<ChargeTopUps> signal,
    IOptions<PaymentOptions> options, ILogger<ChargeTopUps> logger)
    : CardWorker<ChargeTopUps>("top_ups", providers, tokens, database, inquiry, signal, options, logger)
{
    protected override Task<bool> Record(
        Transaction tx, CardClaim claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Succeeded success
        ? topUps.RecordSuccess(tx, claimed.Id, success, ct)
        : topUps.RecordFailure(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct);
}
