using System.Text.Json.Nodes;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>An answer as Stripe gives it.</summary>
/// <param name="Broken">The answer says 500 whatever was done.</param>
sealed record StripeReply(int Status, JsonObject Body, bool Broken = false);

/// <summary>
/// What Stripe would hold: payment intents, refunds and transfers, with the fields and states that docs.stripe.com/api describes. The saved card decides
/// what happens: pm_card_visa works, pm_decline_CODE is declined by that code, pm_processing… is decided a second later and told by event, pm_refund_… is
/// charged, and its refunds go as the rest says; pm_dispute_… is charged, and disputed a second later.
/// </summary>
sealed class StripeBooks(Action<string, JsonObject, TimeSpan> tell)
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    static readonly TimeSpan Later = TimeSpan.FromSeconds(3);

    readonly Lock turn = new();
    readonly Dictionary<string, JsonObject> intents = new(StringComparer.Ordinal);
    readonly List<JsonObject> refunds = [];
    readonly List<JsonObject> transfers = [];
    readonly StripeDisputeBooks disputes = new(tell);
    readonly HashSet<JsonObject> toBeDisputed = [];
    int made;

    /// <summary>Intents that hold money for this attempt, and how much.</summary>
    public (int Count, long Amount) Charged(Guid attemptId) => Sum(intents.Values, "attempt_id", attemptId, "succeeded", "amount_received");

    public (int Count, long Amount) Refunded(Guid refundId) => Sum(refunds, "refund_id", refundId, "succeeded", "amount");

    public (int Count, long Amount) Transferred(Guid payoutId) => Sum(transfers, "payout_id", payoutId, null, "amount");

    /// <summary>Takes a payout's transfer back from the connected account, all that is left of it or a part.</summary>
    /// <param name="isTold">Whether a webhook tells of it; an event is made of it in any case.</param>
    /// <returns>The transfer as it stands then; null when there is none, or nothing is left of it.</returns>
    public JsonObject? Reverse(Guid payoutId, long? amount = null, bool isTold = true)
    {
        lock (turn)
        {
            if (transfers.Find(each => Ours(each, "payout_id", payoutId)) is not { } transfer || transfer["reversed"]!.GetValue<bool>())
            {
                return null;
            }

            var (whole, before) = (transfer["amount"]!.GetValue<long>(), transfer["amount_reversed"]!.GetValue<long>());
            transfer["amount_reversed"] = before + (amount ?? (whole - before));
            transfer["reversed"] = transfer["amount_reversed"]!.GetValue<long>() == whole;
            tell("transfer.reversed", Copy(transfer), isTold ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
            return Copy(transfer);
        }
    }

    /// <summary>Every intent that was made for an attempt, confirmed or not.</summary>
    public IReadOnlyList<string> IntentsOf(Guid attemptId)
    {
        lock (turn)
        {
            return [.. intents.Values.Where(intent => Ours(intent, "attempt_id", attemptId)).Select(Id)];
        }
    }

    /// <summary>What cardholders took back of an attempt's charge and did not lose again, without fees.</summary>
    public long TakenBack(Guid attemptId)
    {
        lock (turn)
        {
            return intents.Values.Where(intent => Ours(intent, "attempt_id", attemptId)).Sum(intent => disputes.TakenOf(Id(intent)));
        }
    }

    /// <summary>Every dispute of an attempt's charge, as the API shows it.</summary>
    public IReadOnlyList<JsonObject> DisputesOf(Guid attemptId)
    {
        lock (turn)
        {
            return [.. intents.Values.Where(intent => Ours(intent, "attempt_id", attemptId)).SelectMany(intent => disputes.Of(Id(intent)))];
        }
    }

    /// <summary>The cardholder takes a charge back, or a part of it; null when nothing was charged.</summary>
    /// <param name="told">When its opening is told; null for never.</param>
    public string? Dispute(Guid attemptId, long? amount, TimeSpan? told)
    {
        lock (turn)
        {
            return intents.Values.FirstOrDefault(each => Ours(each, "attempt_id", attemptId) && Text(each, "status") == "succeeded") is { } intent
                ? disputes.Open(intent, amount ?? intent["amount_received"]!.GetValue<long>(), told)
                : null;
        }
    }

    /// <summary>No dispute of an attempt's charge is to open by itself, or to be decided so.</summary>
    public bool BanksAreIdle(Guid attemptId)
    {
        lock (turn)
        {
            return !toBeDisputed.Any(intent => Ours(intent, "attempt_id", attemptId));
        }
    }

    /// <summary>The bank only asks.</summary>
    public JsonObject Inquire(Guid attemptId)
    {
        lock (turn)
        {
            return Copy(disputes.Inquire(intents.Values.First(each => Ours(each, "attempt_id", attemptId)), 1_250, "warning_needs_response"));
        }
    }

    /// <summary>The bank decides; false when it had before.</summary>
    public bool Decide(string dispute, bool won, bool isTold = true, bool feeBack = false)
    {
        lock (turn)
        {
            return disputes.Decide(dispute, won, isTold, feeBack);
        }
    }

    public StripeReply Answer(string method, string[] path, IReadOnlyDictionary<string, string> form)
    {
        lock (turn)
        {
            return (method, path) switch
            {
                ("GET", ["payment_methods", var id]) => FindCard(id, form),
                ("POST", ["payment_intents"]) => CreateIntent(form),
                ("GET", ["payment_intents", var id]) => OnIntent(id, intent => new(200, Copy(intent))),
                ("POST", ["payment_intents", var id, "confirm"]) => OnIntent(id, Confirm),
                ("POST", ["payment_intents", var id, "capture"]) => OnIntent(id, intent => Capture(intent, form)),
                ("POST", ["payment_intents", var id, "cancel"]) => OnIntent(id, intent => Cancel(intent, form)),
                ("POST", ["refunds"]) => OnIntent(form["payment_intent"], intent => Refund(intent, form)),
                ("GET", ["refunds"]) => Page(refunds.Where(refund => Text(refund, "payment_intent") == form["payment_intent"]), form),
                ("POST", ["transfers"]) => Transfer(form),
                ("GET", ["transfers"]) => Page(transfers.Where(transfer => Text(transfer, "transfer_group") == form["transfer_group"]), form),
                (_, ["disputes", ..]) when disputes.Answer(method, path, form) is { } reply => reply,
                _ => Missing($"Unrecognized request URL ({method}: /v1/{string.Join('/', path)})."),
            };
        }
    }

    /// <summary>A card that is called after its user, as pm_card_visa_of_0193…, is saved to a customer of ours.</summary>
    static JsonNode CustomerOf(string id, IReadOnlyDictionary<string, string> form) => form.GetValueOrDefault("expand[]") != "customer"
        ? "cus_NffrFeUfNV2Hib"
        : new JsonObject
        {
            ["id"] = "cus_NffrFeUfNV2Hib",
            ["object"] = "customer",
            ["metadata"] = id.Split("_of_") is [_, var user] ? new JsonObject { ["user_id"] = user } : new JsonObject(),
        };

    static StripeReply FindCard(string id, IReadOnlyDictionary<string, string> form) => id.StartsWith("pm_gone", StringComparison.Ordinal)
        ? Missing($"No such PaymentMethod: '{id}'")
        : new(200, new()
        {
            ["id"] = id,
            ["object"] = "payment_method",
            ["card"] = new JsonObject { ["brand"] = "visa", ["last4"] = "4242", ["exp_month"] = 8, ["exp_year"] = 2031 },
            ["customer"] = id.StartsWith("pm_unsaved", StringComparison.Ordinal) ? null : CustomerOf(id, form),
            ["livemode"] = false,
            ["type"] = "card",
        });

    StripeReply CreateIntent(IReadOnlyDictionary<string, string> form)
    {
        var amount = long.Parse(form["amount"]);
        if (amount < 50 && form["currency"] == "usd")
        {
            return new(400, Error("invalid_request_error", "amount_too_small", "Amount must be at least $0.50 usd"));
        }

        var intent = new JsonObject
        {
            ["id"] = $"pi_{++made:D24}",
            ["object"] = "payment_intent",
            ["amount"] = amount,
            ["amount_capturable"] = 0,
            ["amount_received"] = 0,
            ["canceled_at"] = null,
            ["cancellation_reason"] = null,
            ["capture_method"] = form["capture_method"],
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["currency"] = form["currency"],
            ["customer"] = form["customer"],
            ["last_payment_error"] = null,
            ["latest_charge"] = null,
            ["livemode"] = false,
            ["metadata"] = Metadata(form),
            ["next_action"] = null,
            ["payment_method"] = form["payment_method"].Split("_of_")[0],
            ["payment_method_types"] = new JsonArray("card"),
            ["status"] = "requires_confirmation",
        };
        intents[Id(intent)] = intent;
        tell("payment_intent.created", Copy(intent), TimeSpan.Zero);
        return new(200, Copy(intent));
    }

    StripeReply Confirm(JsonObject intent)
    {
        if (Text(intent, "status") is not ("requires_confirmation" or "requires_payment_method"))
        {
            return Unexpected(intent, "confirm");
        }

        var card = Text(intent, "payment_method");
        if (card.StartsWith("pm_decline_", StringComparison.Ordinal))
        {
            return Declined(intent, card["pm_decline_".Length..]);
        }

        if (card.StartsWith("pm_processing", StringComparison.Ordinal))
        {
            intent["status"] = "processing";
            if (card != "pm_processing_for_ever")
            {
                _ = DecideLater(intent, card);
            }

            return new(200, Copy(intent));
        }

        if (Text(intent, "capture_method") == "manual")
        {
            intent["status"] = "requires_capture";
            intent["amount_capturable"] = intent["amount"]!.GetValue<long>();
            tell("payment_intent.amount_capturable_updated", Copy(intent), TimeSpan.Zero);
            return new(200, Copy(intent), Broken: card == "pm_broken_after");
        }

        Succeed(intent);
        tell("payment_intent.succeeded", Copy(intent), TimeSpan.Zero);
        return new(200, Copy(intent), Broken: card == "pm_broken_after");
    }

    StripeReply Capture(JsonObject intent, IReadOnlyDictionary<string, string> form)
    {
        if (Text(intent, "status") != "requires_capture")
        {
            return Unexpected(intent, "capture");
        }

        var amount = long.Parse(form["amount_to_capture"]);
        if (amount > intent["amount"]!.GetValue<long>())
        {
            return new(400, Error("invalid_request_error", "amount_too_large", "The amount to capture is more than what is held."));
        }

        Succeed(intent);
        intent["amount_received"] = amount;
        intent["amount_capturable"] = 0;
        foreach (var field in Metadata(form))
        {
            intent["metadata"]![field.Key] = field.Value!.DeepClone();
        }

        tell("payment_intent.succeeded", Copy(intent), TimeSpan.Zero);
        return new(200, Copy(intent));
    }

    async Task DecideLater(JsonObject intent, string card)
    {
        await Task.Delay(Soon);
        lock (turn)
        {
            var before = Copy(intent);
            if (card == "pm_processing_fails")
            {
                Declined(intent, "generic_decline");
                return;
            }

            Succeed(intent);
            if (card != "pm_processing_silent")
            {
                tell("payment_intent.succeeded", Copy(intent), card == "pm_processing_late" ? Later : TimeSpan.Zero);
                tell("payment_intent.processing", before, Soon);
            }
        }
    }

    void Succeed(JsonObject intent)
    {
        intent["status"] = "succeeded";
        intent["amount_received"] = intent["amount"]!.GetValue<long>();
        intent["latest_charge"] = Id(intent).Replace("pi_", "ch_", StringComparison.Ordinal);
        if (Text(intent, "payment_method") is var card && card.StartsWith("pm_dispute_", StringComparison.Ordinal))
        {
            toBeDisputed.Add(intent);
            _ = DisputeLater(intent, card["pm_dispute_".Length..]);
        }
    }

    /// <summary>
    /// won, won_fee_back, lost; late: won, and told of before its opening; silent: lost, and only the opening is told; unheard: lost, and nothing is.
    /// </summary>
    async Task DisputeLater(JsonObject intent, string how)
    {
        await Task.Delay(Soon);
        string dispute;
        lock (turn)
        {
            dispute = disputes.Open(
                intent, intent["amount_received"]!.GetValue<long>(), how switch { "unheard" => null, "late" => Later, _ => TimeSpan.Zero });
        }

        await Task.Delay(Soon);
        lock (turn)
        {
            disputes.Decide(dispute, how is "won" or "won_fee_back" or "late", isTold: how is not ("silent" or "unheard"), feeBack: how == "won_fee_back");
            toBeDisputed.Remove(intent);
        }
    }

    StripeReply Declined(JsonObject intent, string code)
    {
        var general = code is "processing_error" or "authentication_required" ? code : "card_declined";
        var error = Error("card_error", general, "Your card was declined.")["error"]!.AsObject();
        error["decline_code"] = code;
        intent["status"] = "requires_payment_method";
        intent["last_payment_error"] = error.DeepClone();
        tell("payment_intent.payment_failed", Copy(intent), TimeSpan.Zero);
        error["payment_intent"] = Copy(intent);
        return new(402, new() { ["error"] = error.DeepClone() });
    }

    StripeReply Cancel(JsonObject intent, IReadOnlyDictionary<string, string> form)
    {
        if (Text(intent, "status") is "succeeded" or "canceled")
        {
            return Unexpected(intent, "cancel");
        }

        intent["status"] = "canceled";
        intent["cancellation_reason"] = form["cancellation_reason"];
        tell("payment_intent.canceled", Copy(intent), TimeSpan.Zero);
        return new(200, Copy(intent));
    }

    StripeReply Refund(JsonObject intent, IReadOnlyDictionary<string, string> form)
    {
        var (amount, card) = (long.Parse(form["amount"]), Text(intent, "payment_method"));
        var given = refunds
            .Where(each => Text(each, "payment_intent") == Id(intent) && Text(each, "status") != "failed")
            .Sum(each => each["amount"]!.GetValue<long>());
        if (Text(intent, "status") != "succeeded" || given + amount > intent["amount_received"]!.GetValue<long>())
        {
            return new(400, Error("invalid_request_error", "charge_already_refunded", "The amount is more than what is left of the charge."));
        }

        if (disputes.BlocksRefundsOf(Id(intent)))
        {
            return new(400, Error("invalid_request_error", "charge_disputed", "The charge has been charged back; cannot issue a refund."));
        }

        var refund = new JsonObject
        {
            ["id"] = $"re_{++made:D24}",
            ["object"] = "refund",
            ["amount"] = amount,
            ["charge"] = Text(intent, "latest_charge"),
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["currency"] = Text(intent, "currency"),
            ["metadata"] = Metadata(form),
            ["payment_intent"] = Id(intent),
            ["reason"] = null,
            ["status"] = card.StartsWith("pm_refund_", StringComparison.Ordinal) ? "pending" : "succeeded",
        };
        refunds.Add(refund);
        tell("refund.created", Copy(refund), Soon * 2);
        if (Text(refund, "status") == "pending")
        {
            _ = EndLater(refund, card == "pm_refund_fails");
        }

        return new(200, Copy(refund));
    }

    async Task EndLater(JsonObject refund, bool fails)
    {
        await Task.Delay(Soon);
        lock (turn)
        {
            refund["status"] = fails ? "failed" : "succeeded";
            refund["failure_reason"] = fails ? "expired_or_canceled_card" : null;
            tell(fails ? "refund.failed" : "refund.updated", Copy(refund), TimeSpan.Zero);
            tell("charge.refund.updated", Copy(refund), TimeSpan.Zero);
        }
    }

    StripeReply Transfer(IReadOnlyDictionary<string, string> form)
    {
        if (form["destination"].Contains("closed", StringComparison.OrdinalIgnoreCase))
        {
            return new(400, Error("invalid_request_error", "account_closed", $"No such destination: '{form["destination"]}'"));
        }

        var transfer = new JsonObject
        {
            ["id"] = $"tr_{++made:D24}",
            ["object"] = "transfer",
            ["amount"] = long.Parse(form["amount"]),
            ["amount_reversed"] = 0L,
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["currency"] = form["currency"],
            ["destination"] = form["destination"],
            ["livemode"] = false,
            ["metadata"] = Metadata(form),
            ["reversed"] = false,
            ["source_type"] = "card",
            ["transfer_group"] = form["transfer_group"],
        };
        transfers.Add(transfer);
        tell("transfer.created", Copy(transfer), TimeSpan.Zero);
        return new(200, Copy(transfer));
    }

    StripeReply OnIntent(string id, Func<JsonObject, StripeReply> act) =>
        intents.TryGetValue(id, out var intent) ? act(intent) : Missing($"No such payment_intent: '{id}'");

    /// <summary>Newest first, as Stripe lists.</summary>
    public static StripeReply Page(IEnumerable<JsonObject> all, IReadOnlyDictionary<string, string> query)
    {
        var newestFirst = all.Reverse().ToList();
        var from = query.TryGetValue("starting_after", out var last) ? newestFirst.FindIndex(each => Id(each) == last) + 1 : 0;
        var limit = query.TryGetValue("limit", out var asked) ? int.Parse(asked) : 10;
        var page = newestFirst.Skip(from).Take(limit).Select(each => (JsonNode)Copy(each)).ToArray();
        return new(200, new() { ["object"] = "list", ["data"] = new JsonArray(page), ["has_more"] = newestFirst.Count > from + limit, ["url"] = "/v1" });
    }

    static StripeReply Unexpected(JsonObject intent, string verb)
    {
        var body = Error("invalid_request_error", "payment_intent_unexpected_state", $"You cannot {verb} this PaymentIntent because of its status.");
        body["error"]!["payment_intent"] = Copy(intent);
        return new(400, body);
    }

    static StripeReply Missing(string message) => new(404, Error("invalid_request_error", "resource_missing", message));

    public static JsonObject Error(string type, string? code, string message) =>
        new() { ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = message } };

    static JsonObject Metadata(IReadOnlyDictionary<string, string> form) => new(form
        .Where(field => field.Key.StartsWith("metadata[", StringComparison.Ordinal))
        .Select(field => KeyValuePair.Create(field.Key[9..^1], (JsonNode?)field.Value)));

    (int Count, long Amount) Sum(IEnumerable<JsonObject> all, string key, Guid id, string? status, string amount)
    {
        lock (turn)
        {
            var ours = all.Where(each => Ours(each, key, id) && (status is null || Text(each, "status") == status)).ToList();
            return (ours.Count, ours.Sum(each => each[amount]!.GetValue<long>()));
        }
    }

    static bool Ours(JsonObject held, string key, Guid id) => held["metadata"]![key]?.GetValue<string>() == id.ToString();

    static string Id(JsonObject held) => Text(held, "id");

    static string Text(JsonObject held, string name) => held[name]!.GetValue<string>();

    static JsonObject Copy(JsonObject held) => held.DeepClone().AsObject();
}
