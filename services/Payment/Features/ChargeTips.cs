using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Charges cards for tips.</summary>
internal sealed class ChargeTips(
    PaymentProviders providers, CardTokens tokens, Tips tips, Database database, Inquiry inquiry, Signal<ChargeTips> signal, IOptions<PaymentOptions> options,
    ILogger<ChargeTips> logger)
    : CardWorker<ChargeTips>("tips", providers, tokens, database, inquiry, signal, options, logger)
{
    protected override Task<bool> Record(
        Transaction tx, CardClaim claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Succeeded success
        ? tips.RecordSuccess(tx, claimed.Id, success, ct)
        : tips.RecordFailure(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct);
}
