using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Has money held on cards: once per ride, however often and by how many copies it is taken up.</summary>
internal sealed class AuthoriseRides(
    PaymentProviders providers, CardTokens tokens, Authorisations authorisations, Database database, Inquiry inquiry, Signal<AuthoriseRides> signal,
    IOptions<PaymentOptions> options, ILogger<AuthoriseRides> logger)
    : ProviderWorker<AuthoriseRides, AuthoriseRides.Claimed>("authorisations", Columns, database, inquiry, signal, options, logger)
{
    const string Columns = """
        it.id, it.payment_method_id, it.amount_minor_units, it.currency, it.tries, it.sends, it.provider_authorisation_id,
        (select m.provider from payment.payment_methods m where m.id = it.payment_method_id) as provider,
        (select m.card_token
         from   payment.payment_methods m
         where  m.id = it.payment_method_id and m.passenger_id = it.passenger_id and m.removed_at is null) as card_token
        """;

    const string WriteDown = """
        update payment.authorisations
        set    provider_authorisation_id = @Reference
        where  id = @AttemptId and status = 'Sent' and provider_authorisation_id is null
        """;

    /// <param name="ProviderAuthorisationId">The provider's name of it, once it has told us one.</param>
    /// <param name="Provider">Whose card it is; null when there never was such a method.</param>
    /// <param name="CardToken">Sealed; null when the method is gone, or is not the passenger's.</param>
    internal sealed record Claimed(
        Guid Id, Guid PaymentMethodId, long AmountMinorUnits, string Currency, int Tries, int Sends, string? ProviderAuthorisationId, string? Provider,
        byte[]? CardToken)
        : IClaimed;

    protected override async Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct)
    {
        if (claimed.Provider is not { } provider || claimed is { CardToken: null, Tries: 1 })
        {
            return new ProviderAnswer.Declined(null, Decline.MethodRemoved);
        }

        var card = claimed.CardToken is { } box ? tokens.Open(box, claimed.PaymentMethodId) : null;
        var amount = new Money(claimed.AmountMinorUnits, claimed.Currency);
        return await Ask(providers.Of(provider), new(claimed.Id, amount, card, claimed.ProviderAuthorisationId), claimed, ct);
    }

    protected override Task<bool> Record(
        Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Succeeded success
        ? authorisations.RecordSuccess(tx, claimed.Id, success, ct)
        : authorisations.RecordDecline(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct);

    /// <summary>As with charges: once it is named, the name is written down, and only then is money held.</summary>
    async Task<ProviderAnswer> Ask(IPaymentProvider provider, ChargeRequest request, Claimed claimed, CancellationToken ct)
    {
        var answer = await Inquire(
            claimed,
            () => provider.FindAuthorisation(request, ct),
            () => request.CardToken is null ? provider.Abandon(request, ct) : provider.Authorise(request, ct),
            () => provider.Abandon(request, ct),
            ct);
        return answer is ProviderAnswer.Named named && await Database.Execute(WriteDown, new { request.AttemptId, named.Reference }, ct) == 1
            ? await provider.Authorise(request with { Reference = named.Reference }, ct)
            : answer;
    }
}
