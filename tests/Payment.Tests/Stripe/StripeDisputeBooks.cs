using System.Text.Json.Nodes;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>
/// What Stripe would hold of disputes. Amount and fee are withdrawn as one opens, whatever was refunded before; they are reinstated when it is won, the fee
/// only where it is not kept. Its opening and its closing are told before the money has moved, and again when it has. Whoever calls holds the turn of the books.
/// </summary>
sealed class StripeDisputeBooks(Action<string, JsonObject, TimeSpan> tell)
{
    public const long Fee = 1_500;

    readonly List<JsonObject> disputes = [];
    int made;

    /// <summary>All that its cardholder ever disputed of a charge, as copies.</summary>
    public IEnumerable<JsonObject> Of(string intent) => All(intent).Select(dispute => dispute.DeepClone().AsObject());

    /// <summary>What is gone of a charge, without fees.</summary>
    public long TakenOf(string intent) => All(intent).Where(dispute => Status(dispute) is not ("won" or "warning_closed")).Sum(Withdrawn);

    /// <summary>Stripe refuses to refund what is disputed, or was lost.</summary>
    public bool BlocksRefundsOf(string intent) => TakenOf(intent) > 0;

    public StripeReply? Answer(string method, string[] path, IReadOnlyDictionary<string, string> form) => (method, path) switch
    {
        ("GET", ["disputes"]) => StripeObjects.Page(disputes.Where(dispute => Created(dispute) >= long.Parse(form["created[gte]"])), form),
        ("GET", ["disputes", var id]) => On(id, dispute => new(200, dispute.DeepClone().AsObject())),
        ("POST", ["disputes", var id]) => On(id, dispute => Update(dispute, form)),
        _ => null,
    };

    /// <param name="told">When its opening is told; null for never.</param>
    public string Open(JsonObject intent, long amount, TimeSpan? told)
    {
        var dispute = Inquire(intent, amount, "needs_response");
        Tell("charge.dispute.created", dispute, told);
        Move(dispute, -amount, Fee);
        Tell("charge.dispute.funds_withdrawn", dispute, told);
        return dispute["id"]!.GetValue<string>();
    }

    /// <summary>The bank asks, and takes nothing.</summary>
    public JsonObject Inquire(JsonObject intent, long amount, string status)
    {
        var dispute = new JsonObject
        {
            ["id"] = $"du_{++made:D24}",
            ["object"] = "dispute",
            ["amount"] = amount,
            ["balance_transactions"] = new JsonArray(),
            ["charge"] = intent["latest_charge"]!.GetValue<string>(),
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["currency"] = intent["currency"]!.GetValue<string>(),
            ["evidence"] = new JsonObject { ["uncategorized_text"] = null },
            ["evidence_details"] = new JsonObject
            {
                ["due_by"] = DateTimeOffset.UtcNow.AddDays(7).ToUnixTimeSeconds(),
                ["has_evidence"] = false,
                ["past_due"] = false,
                ["submission_count"] = 0,
            },
            ["is_charge_refundable"] = status.StartsWith("warning_", StringComparison.Ordinal),
            ["livemode"] = false,
            ["metadata"] = new JsonObject(),
            ["payment_intent"] = intent["id"]!.GetValue<string>(),
            ["reason"] = "fraudulent",
            ["status"] = status,
        };
        disputes.Add(dispute);
        return dispute;
    }

    /// <param name="isTold">Whether anybody hears of it.</param>
    /// <param name="feeBack">Whether Stripe gives its fee back, as it does in some countries.</param>
    public bool Decide(string id, bool won, bool isTold = true, bool feeBack = false)
    {
        var dispute = disputes.Single(each => each["id"]!.GetValue<string>() == id);
        if (Status(dispute) is "won" or "lost")
        {
            return false;
        }

        dispute["status"] = won ? "won" : "lost";
        var told = isTold ? TimeSpan.Zero : (TimeSpan?)null;
        Tell("charge.dispute.closed", dispute, told);
        if (won)
        {
            Move(dispute, dispute["amount"]!.GetValue<long>(), feeBack ? -Fee : 0);
            Tell("charge.dispute.funds_reinstated", dispute, told);
        }

        return true;
    }

    StripeReply Update(JsonObject dispute, IReadOnlyDictionary<string, string> form)
    {
        if (Status(dispute) != "needs_response")
        {
            return new(400, StripeObjects.Error("invalid_request_error", null, "This dispute is not accepting evidence any more."));
        }

        dispute["evidence"]!["uncategorized_text"] = form["evidence[uncategorized_text]"];
        dispute["evidence_details"]!["has_evidence"] = true;
        if (form["submit"] == "true")
        {
            dispute["evidence_details"]!["submission_count"] = 1;
            dispute["status"] = "under_review";
        }

        Tell("charge.dispute.updated", dispute, TimeSpan.Zero);
        return new(200, dispute.DeepClone().AsObject());
    }

    StripeReply On(string id, Func<JsonObject, StripeReply> act) => disputes.Find(each => each["id"]!.GetValue<string>() == id) is { } dispute
        ? act(dispute)
        : new(404, StripeObjects.Error("invalid_request_error", "resource_missing", $"No such dispute: '{id}'"));

    static void Move(JsonObject dispute, long amount, long fee) => dispute["balance_transactions"]!.AsArray().Add(new JsonObject
    {
        ["id"] = $"txn_{Guid.NewGuid():N}",
        ["object"] = "balance_transaction",
        ["amount"] = amount,
        ["currency"] = dispute["currency"]!.GetValue<string>(),
        ["fee"] = fee,
        ["net"] = amount - fee,
        ["reporting_category"] = amount < 0 ? "dispute" : "dispute_reversal",
        ["type"] = "adjustment",
    });

    void Tell(string type, JsonObject dispute, TimeSpan? told)
    {
        if (told is { } after)
        {
            tell(type, dispute.DeepClone().AsObject(), after);
        }
    }

    IEnumerable<JsonObject> All(string intent) => disputes.Where(dispute => dispute["payment_intent"]!.GetValue<string>() == intent);

    static string Status(JsonObject dispute) => dispute["status"]!.GetValue<string>();

    static long Created(JsonObject dispute) => dispute["created"]!.GetValue<long>();

    static long Withdrawn(JsonObject dispute) => dispute["balance_transactions"]!.AsArray().Count > 0 ? dispute["amount"]!.GetValue<long>() : 0;
}
