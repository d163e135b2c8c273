namespace Tumpang.Payments.Provider.Stripe;

/// <summary>
/// Stripe's public HTTP API: PaymentIntents, refunds and transfers to connected accounts, as docs.stripe.com/api describes them.
/// <para>
/// A charge is two requests. A PaymentIntent is created, which moves nothing, and its name is written down; only then is it confirmed. So whatever
/// happens in between, and however long Stripe remembers a key (24 hours), one intent of an attempt is ever confirmed, and what became of it is read
/// from itself.
/// </para>
/// </summary>
internal sealed class StripeProvider(StripeClient stripe) : IPaymentProvider, ICardOwners
{
    public const string ProviderName = "stripe";

    const string Intents = "/v1/payment_intents";
    const string Refunds = "/v1/refunds";
    const string Transfers = "/v1/transfers";

    /// <summary>How our ids travel in an object's metadata, and come back in its webhooks.</summary>
    public const string AttemptKey = "attempt_id";

    public const string AuthorisationKey = "authorisation_id";

    public const string RefundKey = "refund_id";

    public const string PayoutKey = "payout_id";

    /// <summary>Whose a customer is, in its metadata: written there by whoever makes our customers at Stripe.</summary>
    public const string UserKey = "user_id";

    static readonly Decline NotChargeable = new("amount-not-chargeable", IsSoft: false);

    static readonly Decline Gone = new("authorisation-expired", IsSoft: false);

    static readonly Decline NotSaved = new("card-not-saved", IsSoft: false);

    /// <summary>How long a hold without the passenger present lasts with the strictest network (docs.stripe.com, "Place a hold on a payment method").</summary>
    static readonly TimeSpan HoldLasts = TimeSpan.FromHours((4 * 24) + 18);

    public string Name => ProviderName;

    /// <summary>What is saved to nobody, or is not there, is nobody's.</summary>
    public async Task<bool?> Owns(Guid userId, string cardToken, CancellationToken ct)
    {
        var path = $"/v1/payment_methods/{Uri.EscapeDataString(cardToken)}?expand[]=customer";
        var card = await stripe.Get(path, StripeJson.Default.StripeSavedCard, ct);
        return card.Unknown is null ? IdIn(card.Object?.Customer?.Metadata, UserKey) == userId : null;
    }

    public Task<ProviderAnswer> Charge(ChargeRequest request, CancellationToken ct) =>
        request.Reference is { } intent ? Confirm(request.AttemptId, intent, Read, ct) : Create(request, "automatic", AttemptKey, ct);

    public Task<ProviderAnswer> Find(ChargeRequest request, CancellationToken ct) => Find(request, Read, ct);

    public Task<ProviderAnswer> Authorise(ChargeRequest request, CancellationToken ct) =>
        request.Reference is { } intent ? Confirm(request.AttemptId, intent, ReadHold, ct) : Create(request, "manual", AuthorisationKey, ct);

    public Task<ProviderAnswer> FindAuthorisation(ChargeRequest request, CancellationToken ct) => Find(request, ReadHold, ct);

    /// <summary>What is not captured goes back to the card by itself.</summary>
    public async Task<ProviderAnswer> Capture(CaptureRequest request, CancellationToken ct)
    {
        if (StripeMoney.From(request.Amount) is not { } amount)
        {
            return new ProviderAnswer.Declined(null, NotChargeable);
        }

        var form = new (string, object)[] { ("amount_to_capture", amount), ($"metadata[{AttemptKey}]", request.AttemptId) };
        var path = $"{Intents}/{request.AuthorisationId}/capture";
        var answer = await stripe.Post(path, request.AttemptId.ToString(), form, StripeJson.Default.StripeIntent, ct);
        return answer switch
        {
            { Object: { } known } => Read(known),
            { Refusal.PaymentIntent.Status: "canceled" } => new ProviderAnswer.Declined(null, Gone),
            { Refusal.PaymentIntent: { Status: not "requires_capture" } known } => Read(known),
            { Refusal: { } error } => new ProviderAnswer.Declined(null, StripeDeclines.From(error)),
            _ => answer.Unknown!,
        };
    }

    /// <summary>What is cancelled already is let go of; what was captured is not.</summary>
    public async Task<ProviderAnswer> Release(ReleaseRequest request, CancellationToken ct)
    {
        var answer = await PostCancel(request.AuthorisationId, request.ReleaseId.ToString(), ct);
        return answer switch
        {
            { Object: { } gone } => new ProviderAnswer.Succeeded(gone.Id),
            { Refusal.PaymentIntent: { Status: "canceled" } gone } => new ProviderAnswer.Succeeded(gone.Id),
            { Refusal.PaymentIntent.Status: "succeeded" } => new ProviderAnswer.Declined(null, new("authorisation-captured", IsSoft: false)),
            { Refusal: not null } => new ProviderAnswer.Failed(),
            _ => answer.Unknown!,
        };
    }

    /// <summary>An intent that was named is cancelled, so that no late request can confirm it after all.</summary>
    public async Task<ProviderAnswer> Abandon(ChargeRequest request, CancellationToken ct) => request.Reference is { } intent
        ? await Cancel(request.AttemptId, intent, Decline.ProviderFault, ct)
        : new ProviderAnswer.Declined(null, Decline.ProviderFault);

    public async Task<ProviderAnswer> Refund(RefundRequest request, CancellationToken ct)
    {
        if (StripeMoney.From(request.Amount) is not { } amount)
        {
            return new ProviderAnswer.Declined(null, NotChargeable);
        }

        var form = new (string, object)[] { ("payment_intent", request.ChargeId), ("amount", amount), ($"metadata[{RefundKey}]", request.RefundId) };
        var answer = await stripe.Post(Refunds, request.RefundId.ToString(), form, StripeJson.Default.StripeRefund, ct);
        return answer switch
        {
            { Object: { } refund } => Read(refund),
            { Refusal: { } error } => new ProviderAnswer.Declined(null, StripeDeclines.From(error)),
            _ => answer.Unknown!,
        };
    }

    /// <summary>Among the refunds of its charge, page by page.</summary>
    public async Task<ProviderAnswer> FindRefund(RefundRequest request, CancellationToken ct)
    {
        for (var after = ""; ;)
        {
            var page = await stripe.Get(
                $"{Refunds}?payment_intent={Uri.EscapeDataString(request.ChargeId)}&limit=100{after}", StripeJson.Default.StripePageStripeRefund, ct);
            if (page.Object is not { } list)
            {
                return page.Unknown ?? new ProviderAnswer.Failed();
            }

            if (list.Data.FirstOrDefault(refund => IdIn(refund.Metadata, RefundKey) == request.RefundId) is { } found)
            {
                return Read(found);
            }

            if (!list.HasMore || list.Data.Count == 0)
            {
                return new ProviderAnswer.Absent();
            }

            after = $"&starting_after={list.Data[^1].Id}";
        }
    }

    /// <summary>To the driver's connected account; from there Stripe pays it to their bank by its own calendar.</summary>
    public async Task<ProviderAnswer> Transfer(TransferRequest request, CancellationToken ct)
    {
        if (StripeMoney.From(request.Amount) is not { } amount)
        {
            return new ProviderAnswer.Declined(null, NotChargeable);
        }

        var form = new (string, object)[]
        {
            ("amount", amount), ("currency", StripeMoney.Code(request.Amount)), ("destination", $"acct_{request.To.AccountNumber}"),
            ("transfer_group", request.PayoutId), ($"metadata[{PayoutKey}]", request.PayoutId),
        };
        var answer = await stripe.Post(Transfers, request.PayoutId.ToString(), form, StripeJson.Default.StripeTransfer, ct);
        return answer switch
        {
            { Object: { } transfer } => Read(transfer),
            { Refusal: { } error } => new ProviderAnswer.Declined(null, StripeDeclines.From(error)),
            _ => answer.Unknown!,
        };
    }

    /// <summary>A payout is a transfer group of its own, of one transfer.</summary>
    public async Task<ProviderAnswer> FindTransfer(Guid payoutId, CancellationToken ct)
    {
        var answer = await stripe.Get($"{Transfers}?transfer_group={payoutId}&limit=1", StripeJson.Default.StripePageStripeTransfer, ct);
        return answer switch
        {
            { Object.Data: [var transfer, ..] } => Read(transfer),
            { Object: not null } => new ProviderAnswer.Absent(),
            _ => answer.Unknown ?? new ProviderAnswer.Failed(),
        };
    }

    /// <summary>What an intent says of the one time that we confirm it.</summary>
    public static ProviderAnswer Read(StripeIntent intent) => intent switch
    {
        { Status: "succeeded" } => new ProviderAnswer.Succeeded(intent.Id),
        { Status: "requires_payment_method", LastPaymentError: { } error } => new ProviderAnswer.Declined(intent.Id, StripeDeclines.From(error)),
        { Status: "requires_action" } => new ProviderAnswer.Declined(intent.Id, new("authentication-required", IsSoft: false)),
        { Status: "canceled", CaptureMethod: "manual" } => new ProviderAnswer.Declined(intent.Id, Gone),
        { Status: "canceled" } => new ProviderAnswer.Declined(intent.Id, Decline.ProviderFault),
        { Status: "requires_payment_method" or "requires_confirmation" or "requires_capture" } => new ProviderAnswer.Absent(),
        _ => new ProviderAnswer.Undecided(intent.Id),
    };

    /// <summary>What an intent that only holds money says of that.</summary>
    public static ProviderAnswer ReadHold(StripeIntent intent) => intent.Status is "requires_capture"
        ? new ProviderAnswer.Succeeded(intent.Id, DateTimeOffset.FromUnixTimeSeconds(intent.Created) + HoldLasts)
        : Read(intent);

    public static ProviderAnswer Read(StripeRefund refund) => refund.Status switch
    {
        "succeeded" => new ProviderAnswer.Succeeded(refund.Id),
        "failed" or "canceled" => new ProviderAnswer.Declined(refund.Id, Decline.From(refund.FailureReason ?? "refund-declined")),
        _ => new ProviderAnswer.Undecided(refund.Id),
    };

    /// <summary>One that was reversed in part has arrived all the same; the part is for people.</summary>
    public static ProviderAnswer Read(StripeTransfer transfer) => transfer.Reversed
        ? new ProviderAnswer.Returned(transfer.Id, "transfer-reversed")
        : new ProviderAnswer.Succeeded(transfer.Id);

    /// <summary>Our id in an object's metadata; null when the object is not ours.</summary>
    public static Guid? IdIn(Dictionary<string, string>? metadata, string key) =>
        metadata?.GetValueOrDefault(key) is { } text && Guid.TryParse(text, out var id) ? id : null;

    /// <summary>A saved card belongs to a customer of Stripe's, and is charged as theirs.</summary>
    async Task<ProviderAnswer> Create(ChargeRequest request, string captureMethod, string key, CancellationToken ct)
    {
        if (StripeMoney.From(request.Amount) is not { } amount)
        {
            return new ProviderAnswer.Declined(null, NotChargeable);
        }

        var card = await FindCard(request.CardToken!, ct);
        if (card.Object?.Customer is not { } customer)
        {
            return card.Unknown ?? new ProviderAnswer.Declined(null, NotSaved);
        }

        var form = new (string, object)[]
        {
            ("amount", amount), ("currency", StripeMoney.Code(request.Amount)), ("customer", customer), ("payment_method", request.CardToken!),
            ("payment_method_types[]", "card"), ("capture_method", captureMethod), ($"metadata[{key}]", request.AttemptId),
        };
        var answer = await stripe.Post(Intents, request.AttemptId.ToString(), form, StripeJson.Default.StripeIntent, ct);
        return answer switch
        {
            { Object: { } intent } => new ProviderAnswer.Named(intent.Id),
            { Refusal: { } error } => new ProviderAnswer.Declined(null, StripeDeclines.From(error)),
            _ => answer.Unknown!,
        };
    }

    async Task<ProviderAnswer> Find(ChargeRequest request, Func<StripeIntent, ProviderAnswer> read, CancellationToken ct)
    {
        if (request.Reference is not { } intent)
        {
            return await FindUnnamed(request.CardToken, ct);
        }

        var answer = await stripe.Get($"{Intents}/{intent}", StripeJson.Default.StripeIntent, ct);
        return answer.Object is { } known ? read(known) : answer.Unknown ?? new ProviderAnswer.Failed();
    }

    /// <summary>What has no name yet was never confirmed: nothing can have moved. But only Stripe itself says so; while it is away, nothing is known.</summary>
    async Task<ProviderAnswer> FindUnnamed(string? card, CancellationToken ct) => card is null
        ? new ProviderAnswer.Absent()
        : (await FindCard(card, ct)).Unknown ?? new ProviderAnswer.Absent();

    Task<StripeAnswer<StripePaymentMethod>> FindCard(string card, CancellationToken ct) =>
        stripe.Get($"/v1/payment_methods/{Uri.EscapeDataString(card)}", StripeJson.Default.StripePaymentMethod, ct);

    async Task<ProviderAnswer> Confirm(Guid attemptId, string intent, Func<StripeIntent, ProviderAnswer> read, CancellationToken ct)
    {
        var form = new (string, object)[] { ("off_session", "true") };
        var answer = await stripe.Post($"{Intents}/{intent}/confirm", $"{attemptId}-confirm", form, StripeJson.Default.StripeIntent, ct);
        return answer switch
        {
            { Object: { } known } => read(known),
            { Refusal: { Type: "card_error" } error } => new ProviderAnswer.Declined(intent, StripeDeclines.From(error)),
            { Refusal.PaymentIntent: { Status: not ("requires_confirmation" or "requires_payment_method") } known } => read(known),
            { Refusal: { } error } => await Cancel(attemptId, intent, StripeDeclines.From(error), ct),
            _ => answer.Unknown!,
        };
    }

    async Task<ProviderAnswer> Cancel(Guid attemptId, string intent, Decline why, CancellationToken ct)
    {
        var answer = await PostCancel(intent, $"{attemptId}-cancel", ct);
        return answer switch
        {
            { Object: not null } => new ProviderAnswer.Declined(intent, why),
            { Refusal.PaymentIntent: { } known } => Read(known),
            { Refusal: not null } => new ProviderAnswer.Failed(),
            _ => answer.Unknown!,
        };
    }

    Task<StripeAnswer<StripeIntent>> PostCancel(string intent, string key, CancellationToken ct) =>
        stripe.Post($"{Intents}/{intent}/cancel", key, [("cancellation_reason", "abandoned")], StripeJson.Default.StripeIntent, ct);
}
