using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>What is to be charged to a card, and is no fare.</summary>
/// <param name="Provider">Whose card it is.</param>
/// <param name="CardToken">Sealed; null when the card is gone.</param>
internal sealed record CardClaim(
    Guid Id, Guid PaymentMethodId, long AmountMinorUnits, string Currency, int Tries, int Sends, string? ProviderChargeId, string Provider, byte[]? CardToken)
    : IClaimed;

/// <summary>Charges cards for what is no fare: once, however often and by how many copies it is taken up.</summary>
/// <param name="table">Of the schema payment, as <see cref="ProviderWorker{TWorker,TClaimed}"/> wants it, with passenger, card, amount and the provider's name.</param>
internal abstract class CardWorker<TWorker>(
    string table, PaymentProviders providers, CardTokens tokens, Database database, Inquiry inquiry, Signal<TWorker> signal, IOptions<PaymentOptions> options,
    ILogger<TWorker> logger)
    : ProviderWorker<TWorker, CardClaim>(table, Columns, database, inquiry, signal, options, logger)
{
    const string Columns = """
        it.id, it.payment_method_id, it.amount_minor_units, it.currency, it.tries, it.sends, it.provider_charge_id,
        (select m.provider from payment.payment_methods m where m.id = it.payment_method_id) as provider,
        (select m.card_token
         from   payment.payment_methods m
         where  m.id = it.payment_method_id and m.passenger_id = it.passenger_id and m.removed_at is null) as card_token
        """;

    // As with fares: a name that was written down first is the only one that is ever charged.
    readonly string writeDown = $"""
        update payment.{table} set provider_charge_id = @Reference where id = @AttemptId and status = 'Sent' and provider_charge_id is null
        """;

    protected override async Task<ProviderAnswer> Ask(CardClaim claimed, CancellationToken ct)
    {
        if (claimed is { CardToken: null, Tries: 1 })
        {
            return new ProviderAnswer.Declined(null, Decline.MethodRemoved);
        }

        var card = claimed.CardToken is { } box ? tokens.Open(box, claimed.PaymentMethodId) : null;
        var amount = new Money(claimed.AmountMinorUnits, claimed.Currency);
        return await Ask(providers.Of(claimed.Provider), new(claimed.Id, amount, card, claimed.ProviderChargeId), claimed, ct);
    }

    async Task<ProviderAnswer> Ask(IPaymentProvider provider, ChargeRequest request, CardClaim claimed, CancellationToken ct)
    {
        var answer = await Inquire(
            claimed,
            () => provider.Find(request, ct),
            () => request.CardToken is null ? provider.Abandon(request, ct) : provider.Charge(request, ct),
            () => provider.Abandon(request, ct),
            ct);
        return answer is ProviderAnswer.Named named && await Database.Execute(writeDown, new { request.AttemptId, named.Reference }, ct) == 1
            ? await provider.Charge(request with { Reference = named.Reference }, ct)
            : answer;
    }
}
