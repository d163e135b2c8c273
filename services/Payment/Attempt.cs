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
internal sealed record Attempt(Guid Id, Guid OrderId, int Ordinal, Guid PaymentMethodId, PaymentMethodKind Kind, Money Amount)
{
    /// <summary>The next attempt of an order.</summary>
    public static Attempt Next(PaymentOrder order, Guid paymentMethodId, PaymentMethodKind kind) =>
        new(Guid.CreateVersion7(), order.Id, order.AttemptsMade + 1, paymentMethodId, kind, order.Amount);
}

/// <summary>Why a card was refused. Soft: the same card may work later. Hard: it will not.</summary>
/// <param name="Code">Stable kebab-case code, for example insufficient-funds.</param>
internal sealed record Decline(string Code, bool IsSoft)
{
    public static readonly Decline MethodRemoved = new("payment-method-removed", IsSoft: false);
    public static readonly Decline ProviderFault = new("provider-error", IsSoft: false);

    /// <summary>From the provider's code; what we do not know is hard, so that no card is hammered.</summary>
    public static Decline From(string? providerCode)
    {
        var code = (providerCode ?? "card-declined").Replace('_', '-');
        return new(code, IsSoft: code is "insufficient-funds" or "issuer-unavailable" or "try-again-later");
    }
}
