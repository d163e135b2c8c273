using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tumpang.Payments.Provider.Stripe;

// What we read of Stripe's objects, by the names of its API reference; whatever else they hold is passed over.

/// <param name="Created">Unix seconds.</param>
internal sealed record StripeIntent(
    string Id, string Status, long Created = 0, string? CaptureMethod = null, StripeError? LastPaymentError = null, Dictionary<string, string>? Metadata = null);

internal sealed record StripePaymentMethod(string Id, string? Customer = null);

/// <summary>A payment method whose customer was expanded.</summary>
internal sealed record StripeSavedCard(string Id, StripeCustomer? Customer = null);

internal sealed record StripeCustomer(string Id, Dictionary<string, string>? Metadata = null);

internal sealed record StripeRefund(string Id, string Status, string? FailureReason = null, Dictionary<string, string>? Metadata = null);

/// <param name="Reversed">All of it.</param>
internal sealed record StripeTransfer(string Id, bool Reversed, Dictionary<string, string>? Metadata = null);

/// <summary>A dispute, or an inquiry that may become one.</summary>
/// <param name="Created">Unix seconds.</param>
/// <param name="BalanceTransactions">What it moved on our balance: nothing, the withdrawal, or that and the reinstatement.</param>
internal sealed record StripeDispute(
    string Id, string Status, long Amount, string Currency, string Reason, long Created = 0, string? PaymentIntent = null,
    StripeEvidenceDetails? EvidenceDetails = null, IReadOnlyList<StripeBalanceTransaction>? BalanceTransactions = null);

/// <param name="DueBy">Unix seconds; absent where the bank hears no answer.</param>
internal sealed record StripeEvidenceDetails(long? DueBy = null);

/// <summary>A movement on our balance.</summary>
/// <param name="Amount">Towards us positive, before the fee.</param>
/// <param name="Fee">Taken beside it; negative when it is given back.</param>
internal sealed record StripeBalanceTransaction(long Amount, string Currency, long Fee = 0);

/// <summary>A page of a list; <paramref name="HasMore"/>: the next begins after the last id of this one.</summary>
internal sealed record StripePage<T>(IReadOnlyList<T> Data, bool HasMore);

/// <summary>An error, of an answer or of a payment.</summary>
/// <param name="Type">card_error, invalid_request_error, idempotency_error or api_error.</param>
/// <param name="DeclineCode">The issuer's reason, of a card_error.</param>
/// <param name="AdviceCode">try_again_later, do_not_try_again or confirm_card_data, where the network says so.</param>
/// <param name="PaymentIntent">The payment as it stands, where the error is about one.</param>
internal sealed record StripeError(
    string? Type = null, string? Code = null, string? DeclineCode = null, string? AdviceCode = null, StripeIntent? PaymentIntent = null);

internal sealed record StripeFailure(StripeError? Error = null);

/// <summary>A webhook.</summary>
/// <param name="Type">For example payment_intent.succeeded.</param>
internal sealed record StripeEvent(string Id, string Type, StripeEventData Data);

/// <param name="Object">The object as it stood when the event happened.</param>
internal sealed record StripeEventData(JsonElement Object);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StripeIntent))]
[JsonSerializable(typeof(StripePaymentMethod))]
[JsonSerializable(typeof(StripeSavedCard))]
[JsonSerializable(typeof(StripeRefund))]
[JsonSerializable(typeof(StripeTransfer))]
[JsonSerializable(typeof(StripePage<StripeRefund>))]
[JsonSerializable(typeof(StripePage<StripeTransfer>))]
[JsonSerializable(typeof(StripeDispute))]
[JsonSerializable(typeof(StripePage<StripeDispute>))]
[JsonSerializable(typeof(StripeFailure))]
[JsonSerializable(typeof(StripeEvent))]
[JsonSerializable(typeof(StripePage<StripeEvent>))]
internal sealed partial class StripeJson : JsonSerializerContext;
