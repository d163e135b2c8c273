using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Gives captured money back: a refund is paid once, however often and by how many copies it is taken up.</summary>
internal sealed class SendDueRefunds(
    PaymentProviders providers, Refunds refunds, Database database, Inquiry inquiry, Signal<SendDueRefunds> signal, IOptions<PaymentOptions> options,
    ILogger<SendDueRefunds> logger)
    : ProviderWorker<SendDueRefunds, SendDueRefunds.Claimed>("refunds", Columns, database, inquiry, signal, options, logger)
{
    const string Columns = """
        it.id, it.amount_minor_units, it.currency, it.tries, it.sends, (select a.provider_charge_id from payment.attempts a where a.id = it.attempt_id) as charge_id,
        (select m.provider from payment.attempts a join payment.payment_methods m on m.id = a.payment_method_id where a.id = it.attempt_id) as provider
        """;

    internal sealed record Claimed(Guid Id, long AmountMinorUnits, string Currency, int Tries, int Sends, string ChargeId, string Provider) : IClaimed;

    protected override Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct)
    {
        var provider = providers.Of(claimed.Provider);
        var request = new RefundRequest(claimed.Id, claimed.ChargeId, new Money(claimed.AmountMinorUnits, claimed.Currency));
        return Inquire(claimed, () => provider.FindRefund(request, ct), () => provider.Refund(request, ct), abandon: null, ct);
    }

    protected override Task<bool> Record(
        Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Succeeded success
        ? refunds.RecordSuccess(tx, claimed.Id, success, ct)
        : refunds.RecordFailure(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct);
}
