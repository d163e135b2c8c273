using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Pays drivers: a payout is paid once, however often and by how many copies it is taken up.</summary>
internal sealed class SendDuePayouts(
    PaymentProviders providers, CardTokens tokens, Payouts payouts, Database database, Inquiry inquiry, Signal<SendDuePayouts> signal,
    IOptions<PaymentOptions> options, ILogger<SendDuePayouts> logger)
    : ProviderWorker<SendDuePayouts, SendDuePayouts.Claimed>("payouts", Columns, database, inquiry, signal, options, logger)
{
    // An account cannot be changed or removed while a payout to it is open, so its details are there.
    const string Columns = """
        it.id, it.amount_minor_units, it.currency, it.tries, it.sends, it.bank_account_id,
        (select account.details from payment.bank_accounts account where account.id = it.bank_account_id) as details,
        (select account.provider from payment.bank_accounts account where account.id = it.bank_account_id) as provider
        """;

    internal sealed record Claimed(Guid Id, long AmountMinorUnits, string Currency, int Tries, int Sends, Guid BankAccountId, byte[] Details, string Provider)
        : IClaimed;

    protected override Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct)
    {
        var provider = providers.Of(claimed.Provider);
        var details = BankDetails.Open(claimed.Details, tokens, claimed.BankAccountId);
        var request = new TransferRequest(claimed.Id, new Money(claimed.AmountMinorUnits, claimed.Currency), details);
        return Inquire(claimed, () => provider.FindTransfer(claimed.Id, ct), () => provider.Transfer(request, ct), abandon: null, ct);
    }

    protected override Task<bool> Record(Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => answer switch
    {
        ProviderAnswer.Succeeded success => payouts.RecordSuccess(tx, claimed.Id, success, ct),
        ProviderAnswer.Returned returned => payouts.RecordReturn(tx, claimed.Id, returned, ct),
        _ => payouts.RecordFailure(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct),
    };
}
