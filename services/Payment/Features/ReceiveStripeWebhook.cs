using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.Payments.Provider.Stripe;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Stripe tells what became of a payment, a refund, a transfer or a dispute: payment_intent.*, refund.*, charge.refund.updated, transfer.*, charge.dispute.*.
/// Only its signature is believed, and what it says is read from the object as it stood then. Whatever else it tells is received and passed over.
/// </summary>
internal static partial class ReceiveStripeWebhook
{
    public const string SignatureHeader = "Stripe-Signature";

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        HttpRequest request, [FromKeyedServices(StripeProvider.ProviderName)] WebhookSignature signature, Webhooks webhooks,
        StripeDisputes disputes, IOptions<PaymentOptions> options, ILogger<StripeEvent> logger, CancellationToken ct)
    {
        var body = await Webhooks.ReadBody(request, ct);
        if (body is null || !signature.Matches(request.Headers[SignatureHeader], body, options.Value.WebhookTolerance))
        {
            return PaymentProblems.BadSignature.ToHttp();
        }

        if (Parse(body, disputes) is not { } heard)
        {
            return Problem.Invalid("body", "This is not an event of Stripe's.").ToHttp();
        }

        // What was reversed whole is back with us, and goes back to the driver's balance; a part of it is for people.
        if (heard.Event.Type is "payout.failed" || (heard.Event.Type is StripeReturns.Reversed && heard.News?.Outcome is not ProviderAnswer.Returned))
        {
            NeedsPeople(logger, heard.Event.Type, heard.Event.Id);
        }

        if (heard.News is { } news)
        {
            await webhooks.Take(news, ct);
        }

        return TypedResults.NoContent();
    }

    /// <summary>Null when it is no event at all.</summary>
    static Heard? Parse(byte[] body, StripeDisputes disputes)
    {
        try
        {
            var told = JsonSerializer.Deserialize(body, StripeJson.Default.StripeEvent);
            return told is { Id: not null, Type: not null, Data.Object: { ValueKind: JsonValueKind.Object } about }
                ? new(told, NewsOf(told, about, disputes))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What an event means to us; null when it is not about anything that we asked for.</summary>
    static ProviderNews? NewsOf(StripeEvent told, JsonElement about, StripeDisputes disputes) =>
        about.TryGetProperty("object", out var kind) ? NewsOf(told, kind.ToString(), about, disputes) : null;

    static ProviderNews? NewsOf(StripeEvent told, string kind, JsonElement about, StripeDisputes disputes) => kind switch
    {
        "payment_intent" when about.Deserialize(StripeJson.Default.StripeIntent) is { Id: not null } intent =>
            News(told, Movement.Charge, StripeProvider.IdIn(intent.Metadata, StripeProvider.AttemptKey), StripeProvider.Read(intent))
            ?? News(told, Movement.Authorisation, StripeProvider.IdIn(intent.Metadata, StripeProvider.AuthorisationKey), StripeProvider.ReadHold(intent)),
        "refund" when about.Deserialize(StripeJson.Default.StripeRefund) is { Id: not null } refund =>
            News(told, Movement.Refund, StripeProvider.IdIn(refund.Metadata, StripeProvider.RefundKey), StripeProvider.Read(refund)),
        "transfer" when about.Deserialize(StripeJson.Default.StripeTransfer) is { Id: not null } transfer => StripeReturns.NewsOf(told, transfer),
        "dispute" when about.Deserialize(StripeJson.Default.StripeDispute) is { Id: not null, Currency: not null, Reason: not null } dispute =>
            disputes.Read(dispute) is { } standing
                ? new(StripeProvider.ProviderName, told.Id, told.Type, Movement.Charge, Guid.Empty, new ProviderAnswer.Undecided(dispute.Id), standing)
                : null,
        _ => null,
    };

    static ProviderNews? News(StripeEvent told, Movement of, Guid? id, ProviderAnswer outcome) =>
        id is { } ours ? new(StripeProvider.ProviderName, told.Id, told.Type, of, ours, outcome) : null;

    sealed record Heard(StripeEvent Event, ProviderNews? News);

    [LoggerMessage(LogLevel.Critical, "Stripe says {Type} in event {EventId}: money that we sent to a driver has not arrived; see to it by hand")]
    static partial void NeedsPeople(ILogger logger, string type, string eventId);
}
