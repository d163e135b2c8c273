using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Collects money: an attempt is charged once, however often and by how many copies it is taken up.</summary>
internal sealed class ChargeDueAttempts(
    PaymentProviders providers, CardTokens tokens, Outcomes outcomes, Codes codes, Database database, Inquiry inquiry, Signal<ChargeDueAttempts> signal,
    TimeProvider system, IOptions<PaymentOptions> options, ILogger<ChargeDueAttempts> logger)
    : ProviderWorker<ChargeDueAttempts, ChargeDueAttempts.Claimed>("attempts", Columns, database, inquiry, signal, options, logger)
{
    static readonly TimeSpan AfterExpiry = TimeSpan.FromMilliseconds(200);

    readonly TimeSpan codeLasts = options.Value.CodeLasts;

    // The card is read at the charge: whose it is and whether it still exists is decided now, not when the ride was ordered.
    const string Columns = """
        it.id, it.kind, it.payment_method_id, it.amount_minor_units, it.currency, it.tries, it.sends, it.provider_charge_id,
        (select held.provider_authorisation_id from payment.authorisations held where held.id = it.authorisation_id) as authorisation_id,
        (select m.provider from payment.payment_methods m where m.id = it.payment_method_id) as provider,
        exists (
         select from payment.payment_methods m
         join   payment.orders o on o.passenger_id = m.passenger_id
         where  o.id = it.order_id and m.id = it.payment_method_id and m.kind = it.kind and m.removed_at is null) as has_method,
        (select m.card_token
         from   payment.payment_methods m
         join   payment.orders o on o.passenger_id = m.passenger_id
         where  o.id = it.order_id and m.id = it.payment_method_id and m.removed_at is null) as card_token
        """;

    // Once, and never another: a name that was written down first is the only one that is ever charged.
    const string WriteDown = """
        update payment.attempts set provider_charge_id = @Reference where id = @AttemptId and status = 'Sent' and provider_charge_id is null
        """;

    /// <param name="AuthorisationId">The provider's name of what it captures; null when it charges.</param>
    /// <param name="Provider">Whose card it is; null when there never was such a method.</param>
    /// <param name="HasMethod">False when the method is gone, or is not the passenger's, or of another kind.</param>
    /// <param name="CardToken">Sealed; null when there is none, or the card is not the passenger's.</param>
    internal sealed record Claimed(
        Guid Id, PaymentMethodKind Kind, Guid PaymentMethodId, long AmountMinorUnits, string Currency, int Tries, int Sends, string? ProviderChargeId,
        string? AuthorisationId, string? Provider, bool HasMethod, byte[]? CardToken) : IClaimed
    {
        /// <summary>Nothing to collect with, and nothing was sent: a card may go while it is charged, codes do not.</summary>
        public bool HasNoMethod => Kind is PaymentMethodKind.Qr ? !HasMethod : this is { CardToken: null, AuthorisationId: null, Tries: 1 };
    }


    protected override async Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct)
    {
        if (claimed.Provider is not { } provider || claimed.HasNoMethod)
        {
            return new ProviderAnswer.Declined(null, Decline.MethodRemoved);
        }

        if (claimed.Kind is PaymentMethodKind.Qr)
        {
            return await AskForCode(provider, claimed, ct);
        }

        var card = claimed.CardToken is { } box ? tokens.Open(box, claimed.PaymentMethodId) : null;
        var amount = new Money(claimed.AmountMinorUnits, claimed.Currency);
        var request = new ChargeRequest(claimed.Id, amount, card, claimed.ProviderChargeId ?? claimed.AuthorisationId);
        return await Ask(providers.Of(provider), request, claimed, ct);
    }

    protected override Task<bool> Record(
        Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => (claimed.Kind, answer) switch
        {
            (PaymentMethodKind.Qr, ProviderAnswer.Succeeded paid) => codes.Record(tx, new(claimed.Id, claimed.Id.ToString(), paid.Reference), ct),
            (PaymentMethodKind.Qr, _) => codes.RecordEnd(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct),
            (_, ProviderAnswer.Succeeded success) => outcomes.RecordSuccess(tx, claimed.Id, success, ct),
            _ => outcomes.RecordDecline(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct),
        };

    /// <summary>An open code is looked at when it has expired, if not before: there is to be another one at once.</summary>
    protected override TimeSpan PauseAfter(Claimed claimed, ProviderAnswer answer)
    {
        var pause = base.PauseAfter(claimed, answer);
        var left = answer is ProviderAnswer.Undecided { Code.ExpiresAt: var end } ? end - system.GetUtcNow() + AfterExpiry : pause;
        return left > TimeSpan.Zero && left < pause ? left : pause;
    }

    async Task<ProviderAnswer> AskForCode(string provider, Claimed claimed, CancellationToken ct)
    {
        if (providers.CodesOf(provider) is not { } maker)
        {
            return new ProviderAnswer.Declined(null, Decline.NoCodes);
        }

        var request = new CodeRequest(claimed.Id, new(claimed.AmountMinorUnits, claimed.Currency), codeLasts);
        var answer = await Inquire(claimed, () => maker.FindCode(claimed.Id, ct), () => maker.MakeCode(request, ct), abandon: null, ct);
        if (answer is ProviderAnswer.Undecided { Code: { } code })
        {
            await codes.Show(claimed.Id, code, ct);
        }

        return answer;
    }

    /// <summary>A provider that names a charge before it moves money is asked again once the name is written down.</summary>
    async Task<ProviderAnswer> Ask(IPaymentProvider provider, ChargeRequest request, Claimed claimed, CancellationToken ct)
    {
        var answer = await Inquire(claimed, () => provider.Find(request, ct), Send, () => provider.Abandon(request, ct), ct);
        return answer is ProviderAnswer.Named named && await Database.Execute(WriteDown, new { request.AttemptId, named.Reference }, ct) == 1
            ? await provider.Charge(request with { Reference = named.Reference }, ct)
            : answer;

        Task<ProviderAnswer> Send() => claimed switch
        {
            { AuthorisationId: { } held } => provider.Capture(new(request.AttemptId, held, request.Amount), ct),
            { CardToken: null } => provider.Abandon(request, ct),
            _ => provider.Charge(request, ct),
        };
    }
}
