using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Collects money: an attempt is charged once, however often and by how many copies it is taken up.</summary>
internal sealed class ChargeDueAttempts(
    IPaymentProvider provider, CardTokens tokens, Outcomes outcomes, Database database, Inquiry inquiry, Signal<ChargeDueAttempts> signal,
    IOptions<PaymentOptions> options, ILogger<ChargeDueAttempts> logger)
    : ProviderWorker<ChargeDueAttempts, ChargeDueAttempts.Claimed>("attempts", Columns, database, inquiry, signal, options, logger)
{
    // The card is read at the charge: whose it is and whether it still exists is decided now, not when the ride was ordered.
    const string Columns = """
        it.id, it.payment_method_id, it.amount_minor_units, it.currency, it.sends,
        (select m.card_token
         from   payment.payment_methods m
         join   payment.orders o on o.passenger_id = m.passenger_id
         where  o.id = it.order_id and m.id = it.payment_method_id and m.removed_at is null) as card_token
        """;

    /// <param name="CardToken">Sealed; null when the method is gone, or is not the passenger's.</param>
    internal sealed record Claimed(Guid Id, Guid PaymentMethodId, long AmountMinorUnits, string Currency, int Sends, byte[]? CardToken) : IClaimed;

    protected override Task<ProviderAnswer> Ask(Claimed claimed, CancellationToken ct) =>
        Inquiry.Ask(claimed.Sends, () => provider.Find(claimed.Id, ct), () => Charge(claimed, ct));

    protected override Task<bool> Record(
        Transaction tx, Claimed claimed, ProviderAnswer answer, CancellationToken ct) => answer is ProviderAnswer.Succeeded success
        ? outcomes.RecordSuccess(tx, claimed.Id, success, ct)
        : outcomes.RecordDecline(tx, claimed.Id, (ProviderAnswer.Declined)answer, ct);

    Task<ProviderAnswer> Charge(Claimed claimed, CancellationToken ct) => claimed.CardToken is { } box
        ? provider.Charge(new(claimed.Id, new Money(claimed.AmountMinorUnits, claimed.Currency), tokens.Open(box, claimed.PaymentMethodId)), ct)
        : Task.FromResult<ProviderAnswer>(new ProviderAnswer.Declined(null, Decline.MethodRemoved));
}
