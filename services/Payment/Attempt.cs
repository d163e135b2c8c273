using System.Text.Json.Serialization;
using Tumpang.Contracts;

namespace Tumpang.Payments;

/// <summary>
/// The life of one try to collect an order. Sent means that the provider may hold the money: it is asked, under the same key, until it is known.
/// <code>
/// Due ──→ Sent ──→ Succeeded | Declined
/// </code>
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttemptStatus>))]
internal enum AttemptStatus { Due, Sent, Succeeded, Declined }

/// <summary>One try to collect an order by one method.</summary>
/// <param name="Id">Also the provider's idempotency key, so that a repeat after a crash is the same charge.</param>
/// <param name="Ordinal">From 1 within the order.</param>
/// <param name="AuthorisationId">What it captures; null when it charges.</param>
/// <param name="AuthorisedMinorUnits">How much of that is held: it captures no more.</param>
internal sealed record Attempt(Guid Id, Guid OrderId, int Ordinal, Guid PaymentMethodId, PaymentMethodKind Kind, Money Amount,
    Guid? AuthorisationId = null, long? AuthorisedMinorUnits = null)
{
    /// <summary>The next attempt of an order.</summary>
    public static Attempt Next(PaymentOrder order, Guid paymentMethodId, PaymentMethodKind kind) =>
        new(Guid.CreateVersion7(), order.Id, order.AttemptsMade + 1, paymentMethodId, kind, order.Amount);

    /// <summary>The next attempt of an order, from what is held on its card: all that is left of the fare, or as much of it as is held.</summary>
    public static Attempt Capture(PaymentOrder order, Authorisation held) => Next(order, order.PaymentMethodId, order.Kind) with
    {
        Amount = new(Math.Min(order.Amount.MinorUnits, held.AmountMinorUnits), order.Currency),
        AuthorisationId = held.Id,
        AuthorisedMinorUnits = held.AmountMinorUnits,
    };
}

/// <summary>Why a card was refused. Soft: the same card may work later. Hard: it will not.</summary>
/// <param name="Code">Stable kebab-case code, for example insufficient-funds.</param>
internal sealed record Decline(string Code, bool IsSoft)
{
    public static readonly Decline MethodRemoved = new("payment-method-removed", IsSoft: false);
    /// <summary>What was held on the card is not held any more: it can be charged instead, because nothing was taken and nothing will be.</summary>
    public bool IsHeldNoMore => Code is "authorisation-expired" or "authorisation-voided";

    /// <summary>Nobody paid the code in time.</summary>
    public static readonly Decline CodeExpired = new("code-expired", IsSoft: false);

    /// <summary>The provider makes no codes.</summary>
    public static readonly Decline NoCodes = new("codes-not-offered", IsSoft: false);

    public static readonly Decline ProviderFault = new("provider-error", IsSoft: false);

    /// <summary>From the provider's code; what we do not know is hard, so that no card is hammered.</summary>
    public static Decline From(string? providerCode)
    {
        var code = (providerCode ?? "card-declined").Replace('_', '-');
        return new(code, IsSoft: code is
            "insufficient-funds" or "issuer-unavailable" or "issuer-not-available" or "try-again-later" or "processing-error" or "reenter-transaction");
    }
}
