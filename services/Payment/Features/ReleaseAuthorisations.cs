using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Lets go of money that is held and not needed. Letting go twice is letting go once, so it is simply repeated until the provider answers: an
/// authorisation is never given up, only released, or found to be gone.
/// </summary>
internal sealed class ReleaseAuthorisations(
    PaymentProviders providers, Authorisations authorisations, Database database, Inquiry inquiry, Signal<ReleaseAuthorisations> signal,
    IOptions<PaymentOptions> options, ILogger<ReleaseAuthorisations> logger)
    : ProviderWorker<ReleaseAuthorisations, ReleaseAuthorisations.Claimed>("releases", Columns, database, inquiry, signal, options, logger)
{
    const string Columns = """
        it.id, it.tries, it.sends, (select a.provider_authorisation_id from payment.authorisations a where a.id = it.authorisation_id) as authorisation_id,
        (select m.provider
         from   payment.authorisations a
         join   payment.payment_methods m on m.id = a.payment_method_id
         where  a.id = it.authorisation_id) as provider
        """;

    internal sealed record Claimed(Guid Id, int Tries, int Sends, string AuthorisationId, string Provider) : IClaimed;

    protected override Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct) =>
        providers.Of(claimed.Provider).Release(new(claimed.Id, claimed.AuthorisationId), ct);

    protected override Task<bool> Record(
        Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Declined nothing
        ? authorisations.RecordNothingHeld(tx, claimed.Id, nothing.Why, ct)
        : authorisations.RecordReleased(tx, claimed.Id, ct);
}
