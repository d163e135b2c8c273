using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Gives back what was paid once too often: once, however often and by how many copies it is taken up.</summary>
internal sealed class ReturnSurplus(
    PaymentProviders providers, Codes codes, Database database, Inquiry inquiry, Signal<ReturnSurplus> signal, IOptions<PaymentOptions> options,
    ILogger<ReturnSurplus> logger)
    : ProviderWorker<ReturnSurplus, ReturnSurplus.Claimed>("surplus_payments", Columns, database, inquiry, signal, options, logger)
{
    const string Columns = """
        it.id, it.return_id, it.amount_minor_units - it.taken_back_minor_units as amount_minor_units, it.currency, it.tries, it.sends,
        it.provider_charge_id, it.provider
        """;

    /// <param name="ReturnId">The provider's idempotency key.</param>
    internal sealed record Claimed(
        Guid Id, Guid ReturnId, long AmountMinorUnits, string Currency, int Tries, int Sends, string ProviderChargeId, string Provider) : IClaimed;

    protected override Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct)
    {
        var provider = providers.Of(claimed.Provider);
        var request = new RefundRequest(claimed.ReturnId, claimed.ProviderChargeId, new Money(claimed.AmountMinorUnits, claimed.Currency));
        return Inquire(claimed, () => provider.FindRefund(request, ct), () => provider.Refund(request, ct), abandon: null, ct);
    }

    protected override Task<bool> Record(
        Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Succeeded success
        ? codes.RecordReturn(tx, claimed.ReturnId, success, ct)
        : codes.RecordReturnFailure(tx, claimed.ReturnId, (ProviderAnswer.Declined)answer, ct);
}
